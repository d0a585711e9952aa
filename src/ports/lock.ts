/** Who holds a lock, as far as its file tells. */
export interface LockOwner {
  pid: number
  host: string
}

/** Gives the lock back, if it is still ours. Never throws; calling it twice does nothing. */
export type Release = () => void

export interface LockOptions {
  signal?: AbortSignal
  /** False: `lock_timeout` at once when somebody else holds it. */
  wait?: boolean
  /** Called once, after a second of waiting. */
  onWait?: (owner: LockOwner | undefined) => void
}

/** Mutual exclusion between processes, by name. Not re-entrant. */
export interface Locks {
  /**
   * Waits for the lock. Throws a `StoreError` `lock_timeout` that names the holder when it does not
   * come free within a minute, `lock_unusable` when the lock folder cannot be written.
   */
  acquire(name: string, options?: LockOptions): Promise<Release>
}
