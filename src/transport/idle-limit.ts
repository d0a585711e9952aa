import type { Clock } from '../ports/clock.ts'

/** A limit on how long nothing may happen. */
export interface IdleLimit {
  /** Aborted with a `TimeoutError` when nothing happened for too long. */
  readonly signal: AbortSignal
  /** Stands still from here, because this side is waited for. */
  hold(): void
  /** Counts from here anew. */
  restart(): void
  end(): void
}

export function createIdleLimit(clock: Clock, limitMs: number): IdleLimit {
  const exceeded = new AbortController()
  const ended = new AbortController()
  let since = clock.now()
  let held = false
  const watch = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      const left = held ? limitMs : since + limitMs - clock.now()
      if (left <= 0) return exceeded.abort(new DOMException('no answer', 'TimeoutError'))
      await clock.sleep(left, ended.signal)
    }
  }
  // The sleep rejects when the limit ends, and that is all that it can reject with.
  watch().catch(() => undefined)
  return {
    signal: exceeded.signal,
    hold() {
      held = true
    },
    restart() {
      held = false
      since = clock.now()
    },
    end: () => ended.abort(),
  }
}
