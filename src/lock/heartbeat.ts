import { utimesSync } from 'node:fs'
import { findLock } from './lock-record.ts'

const INTERVAL = 5000

/**
 * Touches a lock file every 5 s while it has our token, so that other hosts see that its owner
 * lives. Never keeps the program running. Returns how to stop.
 */
export function startHeartbeat(path: string, token: string, now: () => number): () => void {
  // A port's own timer: the Clock has none that does not keep the program running.
  // oxlint-disable-next-line no-restricted-globals
  const timer = setInterval(() => touch(path, token, now()), INTERVAL)
  timer.unref()
  return () => clearInterval(timer)
}

function touch(path: string, token: string, now: number): void {
  try {
    const found = findLock(path)
    if (typeof found === 'object' && found.token === token) utimesSync(path, now / 1000, now / 1000)
  } catch {
    // The next beat may succeed; twelve in a row would have to fail before anybody takes the lock.
  }
}
