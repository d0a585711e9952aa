import { startOauthctl, type Env, type Running } from './program.ts'
import { programPath } from './project.ts'

export interface TerminalOptions {
  env: Env
  cwd?: string
  columns?: number
  rows?: number
  /** Sends stdout to this file, so that the terminal shows stderr alone. */
  stdoutFile?: string
  timeoutMs?: number
}

export interface Terminal {
  /** Everything shown so far, escape sequences included. */
  output(): string
  /** Everything shown so far as plain text: no escape sequences, no carriage returns. */
  text(): string
  /** Waits until what is shown matches; rejects when the program ends before. */
  waitFor(pattern: RegExp): Promise<RegExpMatchArray>
  /** Types: '\r' is Enter, '\x03' Ctrl-C, '\x04' Ctrl-D. */
  send(keys: string): void
  kill(signal?: NodeJS.Signals): void
  /** The exit code; 128 and more for a death by a signal, as a shell tells it. */
  exited: Promise<number>
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

/** What a terminal shows, without the sequences that colour text or move the cursor. */
function plainText(output: string): string {
  return (
    output
      // oxlint-disable-next-line no-control-regex
      .replaceAll(/\x1b\[[\d;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\r/g, '')
  )
}

/**
 * Runs any command in a pseudo-terminal (util-linux' `script`). Linux only.
 */
export function startInTerminal(command: readonly string[], options: TerminalOptions): Terminal {
  const size = `stty cols ${options.columns ?? 100} rows ${options.rows ?? 30}`
  const target = options.stdoutFile === undefined ? '' : ` > ${quote(options.stdoutFile)}`
  const line = `${size}; exec ${command.map(quote).join(' ')}${target}`
  const running: Running = startOauthctl([], {
    command: ['script', '-qefc', line, '/dev/null'],
    env: { TERM: 'xterm-256color', SHELL: '/bin/sh', ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  })
  return {
    output: running.stdout,
    text: () => plainText(running.stdout()),
    waitFor: running.waitForStdout,
    send: (keys) => running.write(keys),
    kill: (signal) => running.kill(signal),
    exited: running.exited.then((result) => result.code ?? -1),
  }
}

/** Runs the built program in a pseudo-terminal: `startTerminal(['login'], { env: world.env })`. */
export function startTerminal(args: readonly string[], options: TerminalOptions): Terminal {
  return startInTerminal([process.execPath, programPath, ...args], options)
}
