import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../src/ports/clock.ts'

/** For what waits for real processes and terminals. */
export const realClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
}
