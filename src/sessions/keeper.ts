import type { Clock } from '../ports/clock.ts'
import type { LockOwner, Locks, Release } from '../ports/lock.ts'
import { randomText, type Random } from '../ports/random.ts'
import type { SecretStore } from '../ports/secret-store.ts'
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
  /** Undefined when nothing is stored; throws a `StoreError` when what is there cannot be used. */
  load(): Promise<SessionRecord | undefined>
  /** Stores durably, then updates the index. To be called under the lock. */
  save(record: SessionRecord): Promise<SessionRecord>
  /** Forgets the session everywhere; true when there was one. To be called under the lock. */
  forget(): Promise<boolean>
  lock(): Promise<Release>
}

export function createKeeper(deps: KeeperDeps): Keeper {
  const { id, store, index } = deps
  const note = (record: SessionRecord): SessionRecord => {
    for (const secret of [record.refreshToken, record.idToken]) deps.learn(secret)
    for (const token of record.tokens) deps.learn(token.accessToken)
    return record
  }
  return {
    id,
    storeKind: store.kind,
    journal: deps.journal,
    summary: () => (store.kind === 'none' ? undefined : index.read(id)),
    async load() {
      const text = await store.read(id)
      if (text === undefined) return undefined
      const record = note(decodeRecord(text, id))
      updateIndex(deps, record)
      return record
    },
    async save(record) {
      const saved = note({ ...record, revision: randomText(deps.random, 9) })
      await store.write(id, encodeRecord(saved))
      updateIndex(deps, saved)
      return saved
    },
    async forget() {
      const had = await store.remove(id)
      deps.journal.settle(id)
      return index.remove(id) || had
    },
    lock: async () =>
      store.kind === 'none'
        ? () => {}
        : deps.locks.acquire(lockName(id), { signal: deps.signal, onWait: deps.onWait }),
  }
}

/** A session's lock has a name of its own kind, so that it never meets another lock. */
function lockName(id: string): string {
  return `session-${id}`
}

// The index only mirrors the store, so a failure to write it must not lose a rotated token; the
// next command that reads the session mends it.
function updateIndex({ id, store, index, warn }: KeeperDeps, record: SessionRecord): void {
  if (store.kind === 'none') return
  try {
    if (index.read(id)?.revision === record.revision) return
    index.write(summarise(id, store.kind, record))
  } catch (error) {
    warn(
      `the list of sessions could not be updated: ${error instanceof Error ? error.message : ''}`,
    )
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
