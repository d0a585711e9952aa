import { readFileSync, statSync } from 'node:fs'
import { errnoOf } from '../files/file-errors.ts'

/** What a lock file says of its owner. */
export interface LockRecord {
  /** Random, never used again: two records are of the same acquisition when it is equal. */
  token: string
  pid: number
  start: string | undefined
  host: string
}

/** A lock file as found. `touchedAt` is epoch ms of its last heartbeat. */
export interface FoundLock {
  /** The record's token, or a name for this very file when it holds no record. */
  token: string
  record: LockRecord | undefined
  touchedAt: number
}

/** The text of a lock file. */
export function printRecord(record: LockRecord, acquiredAt: number): string {
  const { token, pid, start, host } = record
  const acquired_at = new Date(acquiredAt).toISOString()
  return `${JSON.stringify({ version: 1, token, pid, start, host, acquired_at })}\n`
}

/**
 * The lock file at `path`, `undefined` when there is none, `busy` when the system does not let us
 * look (Windows, while another process opens or deletes it).
 */
export function findLock(path: string): FoundLock | 'busy' | undefined {
  try {
    // Text first: a heartbeat in between makes the lock look younger, never older.
    const record = parseRecord(readFileSync(path, 'utf8'))
    const { mtimeMs, ino } = statSync(path)
    const token = record?.token ?? `damaged-${ino}-${Math.trunc(mtimeMs)}`
    return { token, record, touchedAt: mtimeMs }
  } catch (error) {
    const code = errnoOf(error)
    if (code === 'ENOENT') return undefined
    if (code === 'EPERM' || code === 'EBUSY' || code === 'EACCES') return 'busy'
    throw error
  }
}

function parseRecord(text: string): LockRecord | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined
  const { token, pid, start, host }: Partial<Record<string, unknown>> = { ...parsed }
  // The token becomes part of a file name, the pid an argument of kill(): nothing odd may pass.
  if (typeof token !== 'string' || !/^[\w-]{1,64}$/.test(token)) return undefined
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined
  if (typeof host !== 'string') return undefined
  return { token, pid, start: typeof start === 'string' ? start : undefined, host }
}
