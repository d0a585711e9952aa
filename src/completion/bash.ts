import type { CompletionNode } from './tree.ts'

/** bash 4 and later, without the bash-completion package. */
export function bashScript(nodes: CompletionNode[]): string {
  const cases = nodes.map((node) => {
    const words = [
      ...node.subcommands.map(({ name }) => name),
      ...node.options.flatMap(({ flags }) => flags),
    ]
    const profiles = node.takesProfile
      ? '\n      names=$(oauthctl completion profiles 2>/dev/null)'
      : ''
    return `    '${node.path.join(' ')}')
      words='${words.join(' ')}'${profiles}
      ;;`
  })
  const valued = new Set(
    nodes.flatMap((node) =>
      node.options.filter((option) => option.takesValue).flatMap(({ flags }) => flags),
    ),
  )
  const parents = nodes.filter((node) => node.subcommands.length > 0)
  return `# bash completion for oauthctl
_oauthctl() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local path='' word words='' names='' skip=''
  case $previous in
    --config|--ca)
      COMPREPLY=($(compgen -f -- "$current"))
      return
      ;;
    --profile|-p)
      COMPREPLY=($(compgen -W "$(oauthctl completion profiles 2>/dev/null)" -- "$current"))
      return
      ;;
    --store)
      COMPREPLY=($(compgen -W 'keychain file none' -- "$current"))
      return
      ;;
    ${[...valued].join('|')})
      return
      ;;
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ -n $skip ]]; then skip=''; continue; fi
    case $word in
      ${[...valued].join('|')}) skip=1; continue ;;
      -*) continue ;;
    esac
    case "$path $word" in
${parents.map((node) => node.subcommands.map(({ name }) => `      '${[...node.path, ''].join(' ')}${node.path.length === 0 ? ' ' : ''}${name}') path='${[...node.path, name].join(' ')}' ;;`).join('\n')).join('\n')}
    esac
  done
  case $path in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words $names" -- "$current"))
}
complete -o default -F _oauthctl oauthctl`
}
