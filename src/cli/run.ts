import { Command, CommanderError } from 'commander'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../errors/exit-codes.ts'
import { UsageError } from '../errors/families.ts'
import { renderError } from '../errors/render.ts'
import type { Output } from '../output/output.ts'
import type { Redactor } from '../text/redact.ts'
import type { Register, Run } from './command.ts'
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

/** Runs one command line and gives its exit code; errors are rendered here and nowhere else. */
export async function runCli(argv: string[], host: CliHost): Promise<ExitCode> {
  let output = host.output
  let exitCode: ExitCode = EXIT.done
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
      exitCode = (await handler(context, { args, options: all })) ?? EXIT.done
    }
  try {
    await createProgram(host, run).parseAsync(argv, { from: 'user' })
    await host.flushed()
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.usage
    const told = error instanceof CommanderError ? usageError(error) : error
    const rendered = renderError(told, {
      redactor: host.redactor,
      verbose: output.verbosity > 0,
      mark: (text) => output.errStyle(['red', 'bold'], text),
    })
    // Who pressed Ctrl-C knows it, and the process ends as a death by signal.
    const isSilent = rendered.exitCode === EXIT.interrupted && !output.json
    if (!isSilent) output.problem(rendered.lines, rendered.document)
    return rendered.exitCode
  }
}

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
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
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

function usageError(error: CommanderError): UsageError {
  const [first = '', suggestion = ''] = error.message.replace(/^error: /, '').split('\n')
  const nearest = /\(Did you mean (.*)\?\)/.exec(suggestion)?.[1]
  return new UsageError(first, {
    code: 'usage',
    hint: nearest
      ? `Did you mean ${nearest}? All options: oauthctl --help`
      : 'See what there is: oauthctl --help',
  })
}
