import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../src/ports/clock.ts'
import type { Random } from '../../src/ports/random.ts'

/** The real time. */
export const realClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    try {
      await sleep(ms, undefined, signal === undefined ? {} : { signal })
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  },
}

/** Real randomness. */
export const realRandom: Random = { bytes: (length) => randomBytes(length) }

/** Waiting takes no time: it moves the clock. Every wait is noted. */
export function createFakeClock(start = 1_700_000_000_000): Clock & { waits: number[] } {
  let time = start
  const waits: number[] = []
  return {
    waits,
    now: () => time,
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      waits.push(ms)
      time += ms
    },
  }
}
