/**
 * The name of the lock under which an entry of a store is changed; a kind of its own, so that it
 * never meets another lock.
 */
export function entryLock(entry: string): string {
  return `session-${entry}`
}
