import { spawn } from 'node:child_process'
import { programPath } from './project.ts'

/** A whole environment, or additions to one; `undefined` takes a variable away. */
export type Env = Record<string, string | undefined>

export interface Result {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

export interface StartOptions {
  /** The whole environment: nothing is inherited. */
  env?: Env
  cwd?: string
  /** The program to run in the place of the built oauthctl, with the same arguments. */
  command?: readonly [string, ...string[]]
  /** Kills the program after so many milliseconds, and `exited` rejects. 30 s when left out. */
  timeoutMs?: number
  /** 'none': standard input is empty from the start. 'open': a pipe for `write` (the default of `start`). */
  stdin?: 'none' | 'open'
}

export interface RunOptions extends Omit<StartOptions, 'stdin'> {
  /** Written to standard input, which then ends. Without it, standard input is empty. */
  input?: string | Uint8Array
}

export interface Running {
  pid: number
  /** What has been printed so far. */
  stdout(): string
  stderr(): string
  /** Resolves when the text matches; rejects when the program ends before. */
  waitForStdout(pattern: RegExp): Promise<RegExpMatchArray>
  waitForStderr(pattern: RegExp): Promise<RegExpMatchArray>
  write(text: string | Uint8Array): void
  endInput(): void
  kill(signal?: NodeJS.Signals): void
  /** Closes the reading end of stdout, as `| head -0` does. */
  closeStdout(): void
  exited: Promise<Result>
}

function withoutUndefined(env: Env): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

/** Collects a stream's text and lets a test wait for a pattern in it. */
function createTranscript(name: string) {
  let text = ''
  let ended = false
  const waiting = new Set<() => void>()
  function changed(): void {
    for (const check of waiting) check()
  }
  return {
    text: () => text,
    add(chunk: string) {
      text += chunk
      changed()
    },
    end() {
      ended = true
      changed()
    },
    waitFor(pattern: RegExp): Promise<RegExpMatchArray> {
      return new Promise((resolve, reject) => {
        function check(): void {
          const found = pattern.exec(text)
          if (found === null && !ended) return
          waiting.delete(check)
          if (found === null) reject(new Error(`${name} ended without ${pattern}:\n${text}`))
          else resolve(found)
        }
        waiting.add(check)
        check()
      })
    },
  }
}

/** Starts the built program as a real process. */
export function startOauthctl(args: readonly string[], options: StartOptions = {}): Running {
  const [command, ...first] = options.command ?? [process.execPath, programPath]
  const child = spawn(command, [...first, ...args], {
    env: withoutUndefined(options.env ?? {}),
    cwd: options.cwd,
    stdio: [options.stdin === 'none' ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  const stdout = createTranscript('stdout')
  const stderr = createTranscript('stderr')
  child.stdout?.setEncoding('utf8').on('data', stdout.add)
  child.stderr?.setEncoding('utf8').on('data', stderr.add)
  // A program that ends early closes its standard input: not this side's fault.
  child.stdin?.on('error', () => undefined)

  const limit = options.timeoutMs ?? 30_000
  const exited = new Promise<Result>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      const said = `stdout: ${stdout.text()}\nstderr: ${stderr.text()}`
      reject(new Error(`oauthctl ${args.join(' ')} still ran after ${limit} ms\n${said}`))
    }, limit)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      stdout.end()
      stderr.end()
      resolve({ code, signal, stdout: stdout.text(), stderr: stderr.text() })
    })
  })
  // Whoever waits for `exited` gets the rejection; who does not must not crash the run by it.
  exited.catch(() => undefined)

  return {
    pid: child.pid ?? 0,
    stdout: stdout.text,
    stderr: stderr.text,
    waitForStdout: stdout.waitFor,
    waitForStderr: stderr.waitFor,
    write: (text) => void child.stdin?.write(text),
    endInput: () => void child.stdin?.end(),
    kill: (signal = 'SIGTERM') => void child.kill(signal),
    closeStdout: () => void child.stdout?.destroy(),
    exited,
  }
}

/** Runs the built program to its end. Rejects when it takes longer than `timeoutMs`. */
export function runOauthctl(args: readonly string[], options: RunOptions = {}): Promise<Result> {
  const { input, ...rest } = options
  const running = startOauthctl(args, { ...rest, stdin: input === undefined ? 'none' : 'open' })
  if (input !== undefined) {
    running.write(input)
    running.endInput()
  }
  return running.exited
}
