import { valuedFlags, type CompletionNode, type Values } from './tree.ts'

const NAMES = '$(oauthctl completion profiles 2>/dev/null)'

/** bash 4.4 and later, without the bash-completion package. */
export function bashScript(nodes: CompletionNode[]): string {
  return `# bash completion for oauthctl
_oauthctl() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local path='' words='' options='' skip='' word
  local -i arguments=0
  COMPREPLY=()
  case $previous in
${optionCases(nodes).join('\n')}
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ -n $skip ]]; then skip=''; continue; fi
    case $word in
      ${valuedFlags(nodes).join('|')}) skip=1; continue ;;
      -*) continue ;;
    esac
    case "$path/$word" in
${stepCases(nodes).join('\n')}
      *) arguments+=1 ;;
    esac
  done
  case $path in
${nodes.map(nodeCase).join('\n')}
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif (( arguments == 0 )); then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -F _oauthctl oauthctl`
}

/** The option before the cursor decides what stands there. */
function optionCases(nodes: CompletionNode[]): string[] {
  const groups = new Map<string, Set<string>>()
  for (const { flags, values } of nodes.flatMap((node) => node.options)) {
    if (values === undefined) continue
    const action = actionFor(values)
    groups.set(action, new Set([...(groups.get(action) ?? []), ...flags]))
  }
  return [...groups].map(
    ([action, flags]) => `    ${[...flags].join('|')})
      ${action}
      return
      ;;`,
  )
}

function actionFor(values: Values): string {
  // Readline completes files itself, with quoting, which compgen cannot do.
  if (values === 'files') return 'compopt -o default'
  if (values === 'anything') return ':'
  return `COMPREPLY=($(compgen -W "${wordsOf(values)}" -- "$current"))`
}

/** How the path grows by a word. */
function stepCases(nodes: CompletionNode[]): string[] {
  return nodes.flatMap(({ path, subcommands }) =>
    subcommands.map(({ name }) => {
      const next = [...path, name].join(' ')
      return `      '${path.join(' ')}/${name}') path='${next}' ;;`
    }),
  )
}

function nodeCase({ path, subcommands, options, argument }: CompletionNode): string {
  const names = subcommands.map(({ name }) => name).join(' ')
  const words = argument === undefined ? names : wordsOf(argument)
  return `    '${path.join(' ')}')
      words="${words}"
      options='${options.flatMap(({ flags }) => flags).join(' ')}'
      ;;`
}

function wordsOf(values: Values): string {
  if (values === 'profiles') return NAMES
  return typeof values === 'string' ? '' : values.join(' ')
}
