import { spawn } from 'node:child_process'
import type { Clock } from '../ports/clock.ts'
import type { Opened } from '../ports/browser.ts'
import { visible } from '../text/visible.ts'
import type { Environment } from './child-environment.ts'

export interface Launch {
  command: string
  args: string[]
  /** How long an exit counts as the outcome; who still runs after it is a browser. */
  waitMs: number
  /** A process group of its own, which survives us and gets no Ctrl-C. */
  detached: boolean
  cwd?: string
}

/**
 * Starts a program without a shell. Its output goes nowhere: a browser that writes to our standard
 * output would end up in `$(oauthctl token)`. Failed when it is not there, or ends within `waitMs`
 * otherwise than with 0. Never throws.
 */
export async function launch(what: Launch, env: Environment, clock: Clock): Promise<Opened> {
  const name = visible(what.command, 100)
  const settled = new AbortController()
  const ended = new Promise<Opened>((resolve) => {
    const fail = (reason: string): void => resolve({ kind: 'failed', reason })
    try {
      const child = spawn(what.command, what.args, {
        env,
        stdio: 'ignore',
        detached: what.detached,
        windowsHide: true,
        ...(what.cwd === undefined ? {} : { cwd: what.cwd }),
      })
      child.on('error', (error) => fail(notStarted(name, error)))
      child.on('exit', (code, signal) => {
        if (code === 0) resolve({ kind: 'opened' })
        else fail(`${name} ended with ${signal ?? `exit code ${code}`}`)
      })
      child.unref()
    } catch (error) {
      fail(notStarted(name, error))
    }
  })
  const stillRunning = clock.sleep(what.waitMs, settled.signal).then(
    (): Opened => ({ kind: 'opened' }),
    () => ended,
  )
  const result = await Promise.race([ended, stillRunning])
  settled.abort()
  return result
}

function notStarted(name: string, error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return `${name} was not found`
  return `${name} could not be started (${String(code ?? 'unknown reason')})`
}
