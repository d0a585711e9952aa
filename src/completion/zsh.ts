import type { CompletionNode, CompletionOption } from './tree.ts'

/** zsh with its completion system; may be sourced or put into a folder of \`fpath\`. */
export function zshScript(nodes: CompletionNode[]): string {
  const functions = nodes.map((node) => {
    const name = functionName(node.path)
    const specs = node.options.flatMap(optionSpecs)
    if (node.subcommands.length === 0) {
      const argument = node.takesProfile ? ["'1:profile:_oauthctl_profiles'"] : []
      return `${name}() {
  _arguments ${[...specs, ...argument].join(' \\\n    ')}
}`
    }
    const commands = node.subcommands.map(
      (one) => `    ${quote(`${one.name}:${one.description.replaceAll(':', '\\:')}`)}`,
    )
    const cases = node.subcommands.map(
      (one) => `    ${one.name}) ${functionName([...node.path, one.name])} ;;`,
    )
    return `${name}() {
  local state line
  local -a commands=(
${commands.join('\n')}
  )
  _arguments -C ${[...specs, "'1: :->command'", "'*:: :->rest'"].join(' \\\n    ')}
  case $state in
    command) _describe command commands ;;
    rest)
      case $words[1] in
${cases.map((one) => `    ${one}`).join('\n')}
      esac
      ;;
  esac
}`
  })
  return `#compdef oauthctl
_oauthctl_profiles() {
  local -a names=(\${(f)"$(oauthctl completion profiles 2>/dev/null)"})
  compadd -a names
}
${functions.join('\n')}
if [[ $funcstack[1] == _oauthctl ]]; then
  _oauthctl "$@"
else
  compdef _oauthctl oauthctl
fi`
}

function functionName(path: string[]): string {
  return ['_oauthctl', ...path].join('_')
}

function optionSpecs({ flags, description, takesValue }: CompletionOption): string[] {
  const text = description.replace(/[[\]:]/g, '\\$&')
  return flags.map((flag) => quote(`*${flag}[${text}]${takesValue ? ':value:_files' : ''}`))
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
