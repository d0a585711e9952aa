import { valuedFlags, type CompletionNode, type CompletionOption, type Values } from './tree.ts'

/** fish 3 and later. */
export function fishScript(nodes: CompletionNode[]): string {
  return `# fish completion for oauthctl
${pathFunction(nodes)}
complete -c oauthctl -f
${nodes.flatMap(nodeLines).join('\n')}`
}

/** Prints which command the words before the cursor name, and how many arguments it has got. */
function pathFunction(nodes: CompletionNode[]): string {
  const steps = nodes.flatMap(({ path, subcommands }) =>
    subcommands.map(
      ({ name }) => `                case ${quote(`${path.join(' ')}/${name}`)}
                    set path ${quote([...path, name].join(' '))}`,
    ),
  )
  return `function __oauthctl_at
    set -l path ''
    set -l arguments 0
    set -l skip no
    for word in (commandline -opc)[2..-1]
        if test $skip = yes
            set skip no
            continue
        end
        switch $word
            case ${valuedFlags(nodes).join(' ')}
                set skip yes
            case '-*'
            case '*'
                switch "$path/$word"
${steps.join('\n')}
                case '*'
                    set arguments (math $arguments + 1)
                end
        end
    end
    test "$argv[1]" = "$path"; and begin
        test (count $argv) -eq 1; or test $arguments -eq 0
    end
end`
}

function nodeLines({ path, subcommands, options, argument }: CompletionNode): string[] {
  const here = `__oauthctl_at ${quote(path.join(' '))}`
  const first = `complete -c oauthctl -n ${quote(`${here} first`)}`
  return [
    ...subcommands.map(({ name, description }) => `${first} -a ${name} -d ${quote(description)}`),
    ...options.map((option) => `complete -c oauthctl -n ${quote(here)} ${optionWords(option)}`),
    ...(Array.isArray(argument) || argument === 'profiles'
      ? [`${first} -a ${quote(candidates(argument))}`]
      : []),
  ]
}

function optionWords({ flags, description, values }: CompletionOption): string {
  const names = flags.map((flag) =>
    flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
  )
  return [...names, ...valueWords(values), `-d ${quote(description)}`].join(' ')
}

function valueWords(values: Values | undefined): string[] {
  if (values === undefined) return []
  if (values === 'files') return ['-r', '-F']
  return values === 'anything' ? ['-x'] : ['-x', `-a ${quote(candidates(values))}`]
}

function candidates(values: Values): string {
  if (values === 'profiles') return '(oauthctl completion profiles 2>/dev/null)'
  return typeof values === 'string' ? '' : values.join(' ')
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
