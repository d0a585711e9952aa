import { join } from 'node:path'
import { MachineFault, OauthctlError, StoreError } from '../errors/families.ts'
import { fileError } from '../files/file-errors.ts'
import { fileNameFor } from '../files/file-name.ts'
import { ensurePrivateFolder } from '../files/private-files.ts'
import type { Clock } from '../ports/clock.ts'
import type { LockOptions, LockOwner, Locks, Release } from '../ports/lock.ts'
import { type Random, randomText } from '../ports/random.ts'
import { visible } from '../text/visible.ts'
import { startHeartbeat } from './heartbeat.ts'
import { createLockFiles } from './lock-file.ts'
import { findLock, type FoundLock } from './lock-record.ts'
import type { ProcessTable } from './process-table.ts'

export interface LockDeps {
  /** Where the lock files are; created with the first lock. */
  folder: string
  clock: Clock
  random: Random
  processes: ProcessTable
}

export interface HeldLocks extends Locks {
  /** Gives back everything that is held, at once: for a signal handler. */
  releaseAll(): void
}

const FIRST_PAUSE = 10
const LONGEST_PAUSE = 100
const TELL_AFTER = 1000
const GIVE_UP_AFTER = 60_000

/** Locks between processes, one file per name in a folder; see lock-file.ts for how. */
export function createLocks(deps: LockDeps): HeldLocks {
  const { folder, clock, random, processes } = deps
  const held = new Set<Release>()
  const newToken = () => randomText(random, 16)
  const files = createLockFiles({ processes, newToken, now: () => clock.now() })

  function take(path: string, token: string): FoundLock | 'busy' | undefined {
    if (files.tryCreate(path, token)) return undefined
    const found = findLock(path)
    if (found === undefined) return 'busy'
    if (found !== 'busy' && files.isStale(found)) files.remove(path, found.token)
    else return found
    return files.tryCreate(path, token) ? undefined : found
  }

  function hold(path: string, token: string): Release {
    const stop = startHeartbeat(path, token, () => clock.now())
    const release = () => {
      if (!held.delete(release)) return
      stop()
      try {
        files.remove(path, token)
      } catch {
        // It is stale as soon as this process ends, and the next one takes it then.
      }
    }
    held.add(release)
    return release
  }

  async function acquire(name: string, options: LockOptions = {}): Promise<Release> {
    const path = join(folder, `${fileNameFor(name)}.lock`)
    const token = newToken()
    const started = clock.now()
    let pause = FIRST_PAUSE
    let told = false
    options.signal?.throwIfAborted()
    usable(folder, () => ensurePrivateFolder(folder))
    for (;;) {
      const found = usable(path, () => take(path, token))
      if (found === undefined) return hold(path, token)
      const waited = clock.now() - started
      if (waited >= GIVE_UP_AFTER || options.wait === false) {
        throw timedOut(path, ownerOf(found), waited)
      }
      if (waited >= TELL_AFTER && !told) {
        told = true
        options.onWait?.(ownerOf(found))
      }
      const [jitter = 0] = random.bytes(1)
      await clock.sleep(pause * (0.5 + jitter / 256), options.signal)
      pause = Math.min(LONGEST_PAUSE, pause * 1.5)
    }
  }

  return {
    acquire,
    releaseAll() {
      for (const release of held) release()
    },
  }
}

function ownerOf(found: FoundLock | 'busy'): LockOwner | undefined {
  if (found === 'busy' || found.record === undefined) return undefined
  const [host = ''] = found.record.host.split(' ')
  return { pid: found.record.pid, host }
}

function usable<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const fault = error instanceof OauthctlError ? error : fileError(path, 'created', error)
    if (fault instanceof MachineFault) throw fault
    throw new StoreError(`no lock can be had: ${fault.message}`, {
      code: 'lock_unusable',
      hint: `see who owns its folder with: ls -ld ${visible(join(path, '..'))}; or name another one with OAUTHCTL_STATE_DIR`,
      cause: error,
    })
  }
}

function timedOut(path: string, owner: LockOwner | undefined, waited: number): StoreError {
  const holder =
    owner === undefined ? 'another process' : `process ${owner.pid} on ${visible(owner.host, 100)}`
  const held = waited >= GIVE_UP_AFTER ? 'has held' : 'holds'
  const since = waited >= GIVE_UP_AFTER ? ' for a minute' : ''
  return new StoreError(`${holder} ${held} the lock ${visible(path)}${since}`, {
    code: 'lock_timeout',
    hint:
      owner === undefined
        ? `if no other oauthctl is running, remove it: rm ${visible(path)}`
        : `see what it does with: ps -p ${owner.pid}; end it, or wait and run the command again`,
    retryable: true,
  })
}
