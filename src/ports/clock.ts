/** Time, passed in so that tests can move it. */
export interface Clock {
  /** The current time in epoch milliseconds. */
  now(): number
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}
