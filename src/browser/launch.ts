import { spawn, type ChildProcess } from 'node:child_process'
import type { Clock } from '../ports/clock.ts'
import type { Opened } from '../ports/browser.ts'
import { visible } from '../text/visible.ts'
import type { Environment } from './child-environment.ts'

export interface Launch {
  command: string
  args: string[]
  /** How long an exit counts as the outcome; who still runs after it is a browser. */
  waitMs: number
}

/**
 * Starts a program without a shell, in a process group of its own, which survives us and gets no
 * Ctrl-C. Its output goes nowhere: a browser that writes to our standard
 * output would end up in `$(oauthctl token)`. Never throws.
 */
export async function launch(
  what: Launch,
  env: Environment,
  clock: Clock,
  signal?: AbortSignal,
): Promise<Opened> {
  const name = visible(what.command, 100)
  try {
    const child = spawn(what.command, what.args, {
      env,
      stdio: 'ignore',
      detached: true,
      windowsHide: true,
    })
    child.unref()
    return await outcomeOf(name, child, { waitMs: what.waitMs, clock, signal })
  } catch (error) {
    return { kind: 'failed', reason: notStarted(name, error) }
  }
}

/**
 * What became of a started program: failed when it ends within `waitMs` otherwise than with 0, or
 * could not be started after all; whoever still runs then, or when `signal` aborts, is a browser.
 * Never throws.
 */
export async function outcomeOf(
  name: string,
  child: ChildProcess,
  { waitMs, clock, signal }: { waitMs: number; clock: Clock; signal?: AbortSignal | undefined },
): Promise<Opened> {
  const settled = new AbortController()
  const ended = new Promise<Opened>((resolve) => {
    const exited = (code: number | null, killedBy: NodeJS.Signals | null): void => {
      if (code === 0) resolve({ kind: 'opened' })
      else
        resolve({ kind: 'failed', reason: `${name} ended with ${killedBy ?? `exit code ${code}`}` })
    }
    child.on('error', (error) => resolve({ kind: 'failed', reason: notStarted(name, error) }))
    child.on('exit', exited)
    if (child.exitCode !== null) exited(child.exitCode, child.signalCode)
  })
  const signals = signal ? [settled.signal, signal] : [settled.signal]
  const opened = (): Opened => ({ kind: 'opened' })
  const stillRunning = clock.sleep(waitMs, AbortSignal.any(signals)).then(opened, opened)
  const result = await Promise.race([ended, stillRunning])
  settled.abort()
  return result
}

function notStarted(name: string, error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return `${name} was not found`
  return `${name} could not be started (${String(code ?? 'unknown reason')})`
}
