import { spawn, type ChildProcess } from 'node:child_process'
import { findProgram } from '../support/requirements.ts'
import { programPath, projectRoot } from '../support/project.ts'
import type { Screen } from './screen.ts'

/** A step that did not end as it must. Its message is all that a person needs. */
export class StepFailed extends Error {}

/** The person pressed Ctrl-C. */
export class Stopped extends Error {}

export interface Outcome {
  code: number
  stdout: string
}

interface ShowOptions {
  /** Changes what is shown of standard output; the outcome keeps it whole. */
  display?: (stdout: string) => string
  /** Exit codes besides 0 that the story goes on from. */
  allow?: readonly number[]
}

export interface Shell {
  /** Shows `$ oauthctl …`, runs it, and shows what it prints while it prints it. */
  oauthctl(args: readonly string[], options?: ShowOptions): Promise<Outcome>
  /** The same without a word. */
  silently(args: readonly string[]): Promise<Outcome>
  /** Runs any program with this text as its standard input. */
  pipe(command: readonly [string, ...string[]], input: string): Promise<Outcome>
  /** Ends what runs and refuses everything further, except `silently`. */
  stop(): void
}

/** A word as a person types it. */
export function typed(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

interface Listeners {
  onStdout?: (text: string) => void
  onStderr?: (text: string) => void
}

export function createShell(screen: Screen, env: NodeJS.ProcessEnv): Shell {
  let stopped = false
  let running: ChildProcess | undefined

  function run(
    [command, ...args]: readonly [string, ...string[]],
    input: string | undefined,
    listeners: Listeners,
  ): Promise<Outcome> {
    const child = spawn(command, args, {
      cwd: projectRoot,
      env,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    running = child
    let stdout = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      listeners.onStdout?.(text)
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => listeners.onStderr?.(text))
    child.stdin?.on('error', () => undefined).end(input)
    return new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => {
        running = undefined
        resolve({ code: code ?? 1, stdout })
      })
    })
  }

  async function checked(
    command: readonly [string, ...string[]],
    name: string,
    options: ShowOptions,
    input?: string,
  ): Promise<Outcome> {
    if (stopped) throw new Stopped()
    const outcome = await run(command, input, {
      onStderr: screen.raw,
      ...(options.display === undefined ? { onStdout: screen.raw } : {}),
    })
    // A signal handler may have run meanwhile.
    if (stopped as boolean) throw new Stopped()
    if (options.display !== undefined) screen.raw(options.display(outcome.stdout))
    if (outcome.code !== 0 && options.allow?.includes(outcome.code) !== true)
      throw new StepFailed(`${name} ended with exit code ${outcome.code}`)
    return outcome
  }

  return {
    oauthctl(args, options = {}) {
      screen.command(['oauthctl', ...args.map(typed)].join(' '))
      const command = [process.execPath, programPath, ...args] as const
      return checked(command, `oauthctl ${args[0] ?? ''}`, options)
    },
    silently: (args) => run([process.execPath, programPath, ...args], undefined, {}),
    pipe: (command, input) => checked(command, command[0], {}, input),
    stop() {
      stopped = true
      running?.kill('SIGINT')
    },
  }
}

export function hasCurl(): boolean {
  return findProgram('curl') !== undefined || findProgram('curl.exe') !== undefined
}
