import type { CompletionNode, CompletionOption, Values } from './tree.ts'

/** zsh with its completion system; may be sourced or put into a folder of `fpath`. */
export function zshScript(nodes: CompletionNode[]): string {
  return `#compdef oauthctl
_oauthctl_profiles() {
  local -a names=(\${(f)"$(oauthctl completion profiles 2>/dev/null)"})
  compadd -a names
}
${nodes.map(zshFunction).join('\n')}
if [[ $funcstack[1] == _oauthctl ]]; then
  _oauthctl "$@"
else
  compdef _oauthctl oauthctl
fi`
}

function zshFunction(node: CompletionNode): string {
  const specs = node.options.flatMap(optionSpecs)
  const name = functionName(node.path)
  if (node.subcommands.length === 0) {
    const argument = node.argument === undefined ? [] : [`'1${actionFor(node.argument)}'`]
    return `${name}() {
  _arguments ${[...specs, ...argument].join(' \\\n    ')}
}`
  }
  const commands = node.subcommands.map(
    (one) => `    ${quote(`${one.name}:${one.description.replaceAll(':', '\\:')}`)}`,
  )
  const cases = node.subcommands.map(
    (one) => `        ${one.name}) ${functionName([...node.path, one.name])} ;;`,
  )
  return `${name}() {
  local curcontext=$curcontext state line
  local -a commands=(
${commands.join('\n')}
  )
  _arguments -C ${[...specs, "'1: :->command'", "'*:: :->rest'"].join(' \\\n    ')}
  case $state in
    command) _describe command commands ;;
    rest)
      case $words[1] in
${cases.join('\n')}
      esac
      ;;
  esac
}`
}

function functionName(path: string[]): string {
  return ['_oauthctl', ...path].join('_')
}

function optionSpecs({ flags, description, values }: CompletionOption): string[] {
  const text = description.replace(/[[\]:]/g, '\\$&')
  const value = values === undefined ? '' : actionFor(values)
  return flags.map((flag) => quote(`*${flag}[${text}]${value}`))
}

function actionFor(values: Values): string {
  switch (values) {
    case 'profiles':
      return ':profile:_oauthctl_profiles'
    case 'files':
      return ':file:_files'
    case 'anything':
      return ':value: '
    default:
      return `:value:(${values.join(' ')})`
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
