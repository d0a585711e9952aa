import type { Clock } from '../ports/clock.ts'
import type { LockOwner, Locks, Release } from '../ports/lock.ts'
import { randomText, type Random } from '../ports/random.ts'
import type { SecretStore } from '../ports/secret-store.ts'
import { entryLock } from '../stores/entry-lock.ts'
import type { RefreshJournal } from '../stores/refresh-journal.ts'
import type { SessionIndex, SessionSummary } from '../stores/session-index.ts'
import { decodeRecord, encodeRecord, type SessionRecord } from './record.ts'

export interface KeeperDeps {
  /** The session's name in the store, the index, the journal and its lock. */
  id: string
  store: SecretStore
  index: SessionIndex
  journal: RefreshJournal
  locks: Locks
  clock: Clock
  random: Random
  signal: AbortSignal
  onWait: (owner: LockOwner | undefined) => void
  warn: (text: string) => void
  /** Tells the redactor which texts are secrets. */
  learn: (secret: string | undefined) => void
}

/** One session in its store, with its lock, its index entry and its journal. */
export interface Keeper {
  readonly id: string
  readonly storeKind: SecretStore['kind']
  readonly journal: RefreshJournal
  summary(): SessionSummary | undefined
  /**
   * Undefined when nothing is stored; throws a `StoreError` when what is there cannot be used. With
   * `known`, read before and for the lock only: `known` itself as long as nobody has written since.
   */
  load(known?: SessionRecord): Promise<SessionRecord | undefined>
  /** Stores durably, then updates the index. To be called under the lock. */
  save(record: SessionRecord): Promise<SessionRecord>
  /**
   * Forgets the session, and all that is known of it unless it is in another store by now; true when
   * there was one. To be called under the lock.
   */
  forget(): Promise<boolean>
  /** Not re-entrant. */
  lock(): Promise<Release>
}

export function createKeeper(deps: KeeperDeps): Keeper {
  const { id, store, index, journal } = deps
  let locked = false

  async function read(): Promise<SessionRecord | undefined> {
    const text = await store.read(id)
    if (text === undefined) return undefined
    return learn(deps, decodeRecord(text, id))
  }

  /** Under the lock alone: what was read without it may have been replaced or removed meanwhile. */
  async function readAndMirror(): Promise<SessionRecord | undefined> {
    const record = await read()
    if (!isMirrored(deps, record)) mirror(deps, record)
    return record
  }

  async function lock(): Promise<Release> {
    if (store.kind === 'none') return () => {}
    const release = await deps.locks.acquire(entryLock(id), {
      signal: deps.signal,
      onWait: deps.onWait,
    })
    locked = true
    return () => {
      locked = false
      release()
    }
  }

  /** An index that is missing or wrong costs a second read, because the first had no lock. */
  async function mendIndex(): Promise<void> {
    try {
      const release = await deps.locks.acquire(entryLock(id), { wait: false })
      await readAndMirror().finally(release)
    } catch {
      // Who holds the lock mends it; and whatever fails here, what was read is good all the same.
    }
  }

  return {
    id,
    storeKind: store.kind,
    journal,
    summary: () => (store.kind === 'none' ? undefined : index.read(id)),
    async load(known) {
      if (locked) return known && isCurrent(deps, known) ? known : readAndMirror()
      const record = await read()
      if (!isMirrored(deps, record)) await mendIndex()
      return record
    },
    async save(record) {
      const saved = learn(deps, { ...record, revision: randomText(deps.random, 9) })
      await store.write(id, encodeRecord(saved))
      mirror(deps, saved)
      return saved
    },
    async forget() {
      const had = await store.remove(id)
      const where = index.read(id)?.store ?? store.kind
      if (where !== store.kind) return had
      journal.settle(id)
      return index.remove(id) || had
    },
    lock,
  }
}

function learn(deps: KeeperDeps, record: SessionRecord): SessionRecord {
  for (const secret of [record.refreshToken, record.idToken]) deps.learn(secret)
  for (const token of record.tokens) deps.learn(token.accessToken)
  return record
}

/**
 * True while nobody has written since the record was read: the index names its revision, and no
 * refresh token was sent by somebody who could not store what came of it.
 */
function isCurrent({ id, index, journal }: KeeperDeps, { revision, refreshToken }: SessionRecord) {
  const sent = refreshToken !== undefined && journal.attempts(id, refreshToken) > 0
  return !sent && index.read(id)?.revision === revision
}

/** True when the index says of this store what is in it. */
function isMirrored({ id, store, index }: KeeperDeps, record: SessionRecord | undefined): boolean {
  if (store.kind === 'none') return true
  const summary = index.read(id)
  // A session in another store is none of this one's business.
  if (!record) return summary?.store !== store.kind
  return summary?.revision === record.revision
}

// The index only mirrors the store, so a failure to write it must not lose a rotated token. An
// entry that is gone is mended by the next command; an old one would be taken for the truth.
function mirror({ id, store, index, warn }: KeeperDeps, record: SessionRecord | undefined): void {
  if (store.kind === 'none') return
  try {
    if (record) index.write(summarise(id, store.kind, record))
    else index.remove(id)
  } catch (error) {
    const why = error instanceof Error ? error.message : ''
    warn(`the list of sessions could not be updated: ${why}`)
    try {
      index.remove(id)
    } catch {
      // The warning has said it.
    }
  }
}

function summarise(id: string, kind: SecretStore['kind'], record: SessionRecord): SessionSummary {
  const main = record.tokens.find(({ selector }) => selector === '')
  return {
    version: 1,
    id,
    profile: record.profile,
    clientId: record.clientId,
    scope: record.scope,
    refreshable: record.refreshToken !== undefined && record.ended === undefined,
    store: kind,
    revision: record.revision,
    ...(record.issuer === undefined ? {} : { issuer: record.issuer }),
    ...(record.tokenEndpoint === undefined ? {} : { tokenEndpoint: record.tokenEndpoint }),
    ...(record.sub === undefined ? {} : { sub: record.sub }),
    ...(record.username === undefined ? {} : { username: record.username }),
    ...(main?.expiresAt === undefined ? {} : { expiresAt: main.expiresAt }),
    ...(main ? { obtainedAt: main.obtainedAt } : {}),
  }
}
