// The machine's own clock, randomness, standard input and shell, as the ports want them.
import { exec } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { withoutSecrets } from './browser/child-environment.ts'
import { UsageError } from './errors/families.ts'
import type { ByteStreams } from './ports/byte-streams.ts'
import type { Clock } from './ports/clock.ts'
import type { Random } from './ports/random.ts'

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}),
}

export const systemRandom: Random = { bytes: (length) => randomBytes(length) }

/** Everything on standard input; refuses a terminal, where nobody would know when to stop typing. */
export async function readAll(input: NodeJS.ReadStream): Promise<string> {
  if (input.isTTY) {
    throw new UsageError('standard input is a terminal, so there is no secret to read from it', {
      code: 'stdin_is_terminal',
      hint: 'Pipe it in, or ask for it without echo: prompt',
    })
  }
  const parts: Buffer[] = []
  for await (const part of input) parts.push(Buffer.from(part as Buffer))
  return Buffer.concat(parts).toString('utf8')
}

/** Standard input and output as bytes; `write` is that of the stream's one writer. */
export function byteStreams(proc: NodeJS.Process, write: ByteStreams['write']): ByteStreams {
  return {
    input: proc.stdin,
    closeInput: () => proc.stdin.destroy(),
    outputIsTerminal: proc.stdout.isTTY,
    write,
  }
}

/** What a command printed, run by the system's shell without the secrets of oauthctl around it. */
export function runShell(
  command: string,
  env: Record<string, string | undefined>,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = exec(
      command,
      { env: withoutSecrets(env), signal, timeout: 60_000, maxBuffer: 1024 * 1024 },
      (error, stdout) => {
        if (!error) return resolve(stdout)
        if (signal.aborted) return reject(signal.reason)
        const status =
          typeof error.code === 'number' ? `exit code ${error.code}` : String(error.code)
        reject(
          new UsageError(
            `the command behind cmd: failed (${error.killed ? 'it took too long' : status})`,
            {
              code: 'secret_command_failed',
              hint: 'Run it yourself to see why; it has to print the secret',
            },
          ),
        )
      },
    )
    child.stderr?.pipe(process.stderr)
    // Whoever reads its standard input would wait for ever.
    child.stdin?.end()
  })
}
