import type { Clock } from '../ports/clock.ts'
import type { Opened } from '../ports/browser.ts'
import { outcomeOf } from './launch.ts'

/** What the launcher of the platform must outlive to count as a browser. */
const LAUNCHER_MS = 1000

/**
 * Opens a page in the system's default browser through the npm package `open`, which is loaded only
 * now. The package hands on the environment of this process, so the secrets in it must have been
 * taken out before (main.ts does it).
 */
export async function openInSystemBrowser(
  url: string,
  clock: Clock,
  signal?: AbortSignal,
): Promise<Opened> {
  const { default: open } = await import('open')
  try {
    const child = await open(url)
    return await outcomeOf('the launcher of the system', child, {
      waitMs: LAUNCHER_MS,
      clock,
      signal,
    })
  } catch (error) {
    const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
    const reason =
      code === 'ENOENT'
        ? 'this system has no program that opens a browser (xdg-open)'
        : `the browser could not be started (${String(code ?? 'unknown reason')})`
    return { kind: 'failed', reason }
  }
}
