import { Command, CommanderError } from 'commander'
import type { Context } from '../context.ts'
import { EXIT } from '../errors/exit-codes.ts'
import { UsageError } from '../errors/families.ts'
import { renderError } from '../errors/render.ts'
import type { Output } from '../output/output.ts'
import { profileToName } from '../sessions/profile-to-name.ts'
import type { Redactor } from '../text/redact.ts'
import { cutChildCommand } from './child-command.ts'
import type { Ending, Register, Run } from './command.ts'
import { globalOptions } from './options.ts'

/** What the program needs from the outside before a command is known. */
export interface CliHost {
  version: string
  /** Every command, in the order of the help. */
  commands: readonly Register[]
  /** Where usage texts go, and how errors look before a command has its own output. */
  output: Output
  redactor: Redactor
  stdout: (text: string) => void
  stderr: (text: string) => void
  /** Resolves when stdout has taken everything; throws when it could not. */
  flushed(): Promise<void>
  /** Puts the context together for the parsed options of one command. */
  assemble(
    options: Record<string, unknown>,
    profileArgument: string | undefined,
    readProfiles: boolean,
  ): Context
}

/** Runs one command line and gives how it ends; errors are rendered here and nowhere else. */
export async function runCli(argv: string[], host: CliHost): Promise<Ending> {
  let output = host.output
  let profile: string | undefined
  let ending: Ending = EXIT.done
  let childCommand: string[] = []
  const run: Run =
    (handler, options = {}) =>
    async (...given) => {
      const command = given.at(-1) as Command
      const all = command.optsWithGlobals()
      const args = command.processedArgs.flat() as (string | undefined)[]
      const named =
        options.profileArgument === undefined ? undefined : args[options.profileArgument]
      const context = host.assemble(all, named, options.profiles ?? true)
      output = context.output
      profile = profileToName(context)
      ending = (await handler(context, { args, options: all, childCommand })) ?? EXIT.done
    }
  try {
    const cut = cutChildCommand(argv, () => createProgram(host, run))
    childCommand = cut.childCommand
    const parsed = createProgram(host, run).parseAsync(cut.own, { from: 'user' })
    await parsed.catch((error: unknown) => {
      // The help or the version was asked for and is written.
      if (!(error instanceof CommanderError) || error.exitCode !== 0) throw error
    })
    await host.flushed()
    return ending
  } catch (error) {
    if (error instanceof CommanderError && isBareHelp(error, argv)) return EXIT.usage
    const told = error instanceof CommanderError ? usageError(error, argv) : error
    const rendered = renderError(told, {
      redactor: host.redactor,
      verbose: output.verbosity > 0,
      profile,
      mark: (text) => output.errStyle(['red', 'bold'], text),
    })
    // The process ends as a death by signal, and whoever ends it has the last word.
    const isSilent = rendered.exitCode === EXIT.interrupted
    if (!isSilent) output.problem(rendered.lines, rendered.document)
    return rendered.exitCode
  }
}

const GLOBAL_NOTE = '\nOptions of every command, such as --json, -v and --profile: oauthctl --help'

const PROGRAM_NOTE = `
Examples:
  oauthctl login work --issuer https://login.example.com --client-id cli
  TOKEN=$(oauthctl token work)
  oauthctl token work --output curl | curl -K - https://api.example.com/
  OAUTHCTL_ISSUER=… OAUTHCTL_CLIENT_ID=… OAUTHCTL_CLIENT_SECRET=… oauthctl token --client-credentials

Every option that takes a value is a variable too: --client-id, OAUTHCTL_CLIENT_ID.
Exit codes: 0 done, 1 a fault here, 2 used wrongly, 3 log in, 4 refused, 5 server,
6 token not good, 7 store or keychain, 130 interrupted.`

/** The whole command tree; also what the completion scripts are made from. */
function createProgram(
  host: Pick<CliHost, 'version' | 'commands' | 'stdout' | 'stderr'>,
  run: Run,
): Command {
  const program = new Command('oauthctl')
    .description('OAuth 2 and OpenID Connect: log in once, get a valid token everywhere.')
    .version(`oauthctl ${host.version}`, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .showSuggestionAfterError(true)
    .configureHelp({ sortSubcommands: false, minWidthToWrap: 20 })
    .addHelpText('afterAll', ({ command }) => (command.parent ? GLOBAL_NOTE : PROGRAM_NOTE))
    .configureOutput({
      writeOut: host.stdout,
      writeErr: host.stderr,
      // Errors have one voice: they are thrown and rendered at the end.
      outputError: () => {},
    })
    .exitOverride()
  globalOptions(program)
  for (const register of host.commands) register(program, run)
  return program
}

// A misspelt option may have a secret behind its `=`.
function withoutValue({ code, message }: CommanderError): string {
  if (code !== 'commander.unknownOption') return message
  const suggestion = /\n\(Did you mean [^\n]*\?\)$/.exec(message)?.[0] ?? ''
  return message.slice(0, message.length - suggestion.length).replace(/=.*/s, "'") + suggestion
}

// The help was asked for, or shown because nothing was asked for.
function isBareHelp({ code }: CommanderError, argv: string[]): boolean {
  return code === 'commander.help' && !(argv[0] === 'help' && argv.length > 1)
}

function usageError(error: CommanderError, argv: string[]): UsageError {
  if (error.code === 'commander.help') {
    return new UsageError(`there is no command "${argv[1] ?? ''}" to help with`, {
      code: 'usage',
      hint: 'The commands stand above',
    })
  }
  const [first = '', suggestion = ''] = withoutValue(error)
    .replace(/^error: /, '')
    .split('\n')
  const nearest = /\(Did you mean (.*)\?\)/.exec(suggestion)?.[1]
  const words = error.code === 'commander.unknownCommand' ? [] : commandWords(argv)
  const help = ['oauthctl', ...words, '--help'].join(' ')
  return new UsageError(inOurWords(first), {
    code: 'usage',
    hint: nearest ? `Did you mean ${nearest}? See: ${help}` : `See what there is: ${help}`,
  })
}

// `profile set x --unknown` is about `profile set`: the words before the first option that name a
// command; what follows them are its arguments.
function commandWords(argv: string[]): string[] {
  const words = argv.filter((word) => !word.startsWith('-'))
  const hasBelow = ['profile', 'secret', 'key', 'store'].includes(words[0] ?? '')
  return words.slice(0, hasBelow ? 2 : 1)
}

function inOurWords(message: string): string {
  return message.replace(
    /^too many arguments for '(.+)'\. Expected (\d+) arguments? but got (\d+)\.$/,
    (_, command: string, wanted: string, given: string) =>
      `"${command}" takes ${wanted === '0' ? 'no argument' : wanted === '1' ? 'one argument' : `${wanted} arguments`}, not ${given}`,
  )
}
