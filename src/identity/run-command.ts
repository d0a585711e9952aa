// Implements `IdentityDeps.run` with real processes.
import { execFile } from 'node:child_process'
import { withoutSecrets } from '../browser/child-environment.ts'
import type { Variables } from './source.ts'

/** Unit: milliseconds. Programs of CI platforms ask a server of theirs, so they get time for it. */
const TIME_LIMIT = 60_000

/**
 * Runs programs by argument vector, without a shell, found by the PATH of `env`; they inherit no
 * secret variable of oauthctl. Rejects with the signal's reason when it aborts, else with Node's own
 * error: `code` is 'ENOENT' and the like for a program that cannot be started, the exit code for one
 * that failed, `stderr` is what it said.
 */
export function createRunCommand(options: {
  env: Variables
  signal: AbortSignal
}): (command: string[]) => Promise<string> {
  const { env, signal } = options
  return ([program = '', ...args]) =>
    new Promise((resolve, reject) => {
      const settings = {
        env: withoutSecrets(env),
        signal,
        timeout: TIME_LIMIT,
        maxBuffer: 1024 * 1024,
      }
      const child = execFile(program, args, settings, (error, stdout, stderr) => {
        if (!error) return resolve(stdout)
        if (signal.aborted) return reject(signal.reason)
        reject(Object.assign(error, { stderr }))
      })
      // A program that asks a question must not wait for an answer that nobody gives.
      child.stdin?.end()
    })
}
