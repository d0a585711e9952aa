import { linkSync, lstatSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { errnoOf } from '../files/file-errors.ts'
import type { ProcessTable } from './process-table.ts'
import { findLock, type FoundLock, type LockRecord, printRecord } from './lock-record.ts'

// How a lock file is made, judged and removed, and why two processes never hold one lock.
//
// Made: a private file with the whole record gets the lock's name by link(), which fails when the
// name is taken. So the file appears at once and complete, for one process only. Where the file system
// has no links, exclusive creation does the same, except that the file is empty for a moment; a
// file without a record therefore counts as held until it is 10 s old.
//
// Removed: only by whoever holds the claim on it, a file named LOCK.TOKEN that is made in the same
// way, and only after reading the lock again and finding the claimed token in it. Suppose two
// takers, A and B, judge the lock with token t stale, B removes it, and C acquires the lock afresh
// with token u. A can no longer remove C's lock: it needs the claim on t, which it gets only after B
// gave it back, thus after t was unlinked; tokens are random and never come back, so A then reads u
// and leaves it. Between A's reading of t and its unlinking nobody else can remove t, because that
// takes the claim that A holds; the owner's own release takes it too. And as long as t is there,
// nobody can acquire.
//
// A claim whose holder died is itself removed by this procedure, under a claim on the claim. That
// needs no end to the recursion but one: each level takes a process that died within the few system
// calls of a removal. What is left to chance is a taker on another host that is suspended for more
// than a minute between two system calls; file times are all that hosts can see of each other.

const DAMAGED_AGE = 10_000
const SILENT_AGE = 60_000
const NO_LINKS = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EXDEV', 'EINVAL'])
const TAKEN = new Set(['EEXIST', 'EBUSY', 'EPERM', 'EACCES'])

export interface LockFiles {
  /** True when the lock is now ours. Throws the system's error when the folder cannot be used. */
  tryCreate(path: string, token: string): boolean
  /** True when its owner is certainly gone. */
  isStale(found: FoundLock): boolean
  /** Removes the lock if it still has this token. False when somebody else is at it. */
  remove(path: string, token: string): boolean
}

/** The operations on lock files for one process. `now` is epoch ms, `newToken` never repeats. */
export function createLockFiles(deps: {
  processes: ProcessTable
  now: () => number
  newToken: () => string
}): LockFiles {
  const { processes, now, newToken } = deps

  function tryCreate(path: string, token: string): boolean {
    const { pid, start, host } = processes
    const text = printRecord({ token, pid, start, host }, now())
    const temporary = temporaryOf(path, token)
    try {
      writeFileSync(temporary, text, { flag: 'wx', mode: 0o600 })
      return link(temporary, path) ?? createDirectly(path, text)
    } finally {
      rmSync(temporary, { force: true })
    }
  }

  function isStale({ record, touchedAt }: FoundLock): boolean {
    const age = now() - touchedAt
    if (record === undefined) return age > DAMAGED_AGE
    if (record.host !== processes.host) return age > SILENT_AGE
    return !isRunning(record)
  }

  function isRunning(record: LockRecord): boolean {
    const state = processes.inspect(record.pid)
    if (!state.alive) return false
    // The id was given to another process since.
    return state.start === undefined || record.start === undefined || state.start === record.start
  }

  function remove(path: string, token: string): boolean {
    const claim = `${path}.${token}`
    const ours = newToken()
    if (!tryCreate(claim, ours)) {
      const found = findLock(claim)
      const abandoned = typeof found === 'object' && isStale(found) && remove(claim, found.token)
      if (!abandoned || !tryCreate(claim, ours)) return false
    }
    try {
      const found = findLock(path)
      if (typeof found === 'object' && found.token === token) {
        unlinkSync(path)
        // An owner that was killed while it acquired left this.
        rmSync(temporaryOf(path, token), { force: true })
      }
      return found !== 'busy'
    } finally {
      unlinkSync(claim)
    }
  }

  return { tryCreate, isStale, remove }
}

function temporaryOf(path: string, token: string): string {
  return `${path}.${token}.tmp`
}

/** Undefined when the file system has no links. */
function link(temporary: string, path: string): boolean | undefined {
  try {
    linkSync(temporary, path)
    return true
  } catch (error) {
    const code = errnoOf(error)
    // A network file system may have lost the answer to a link that was made.
    if (code === 'EEXIST') return lstatSync(temporary).nlink === 2
    if (NO_LINKS.has(code)) return undefined
    if (TAKEN.has(code)) return false
    throw error
  }
}

function createDirectly(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (TAKEN.has(errnoOf(error))) return false
    throw error
  }
}
