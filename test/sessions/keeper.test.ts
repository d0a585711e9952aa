import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createLocks } from '../../src/lock/locks.ts'
import { createProcessTable } from '../../src/lock/process-table.ts'
import type { SecretStore } from '../../src/ports/secret-store.ts'
import { createKeeper } from '../../src/sessions/keeper.ts'
import type { SessionRecord } from '../../src/sessions/record.ts'
import { createFileStore } from '../../src/stores/file.ts'
import { createRefreshJournal } from '../../src/stores/refresh-journal.ts'
import { createSessionIndex, type SessionIndex } from '../../src/stores/session-index.ts'
import { realClock as clock, realRandom as random } from '../support/real-parts.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const session: SessionRecord = {
  revision: '',
  profile: 'work',
  clientId: 'cli',
  scope: 'openid',
  refreshToken: 'refresh-1',
  tokens: [],
}

/** A machine on which as many processes as one likes keep the same session. */
function machine() {
  const folder = temporaryFolder()
  const key = new Uint8Array(32)
  const store = createFileStore({ folder: join(folder, 'sessions'), key: () => key, random })
  const index = createSessionIndex({ folder: join(folder, 'index') })
  const journal = createRefreshJournal({ folder: join(folder, 'journal'), clock })
  const processes = createProcessTable()
  const reads = { count: 0 }
  const warnings: string[] = []

  function keeper(change: { store?: SecretStore; index?: SessionIndex } = {}) {
    const used = change.store ?? store
    return createKeeper({
      id: 'work',
      store: {
        ...used,
        read: (name) => {
          reads.count += 1
          return used.read(name)
        },
      },
      index: change.index ?? index,
      journal,
      locks: createLocks({ folder: join(folder, 'locks'), clock, random, processes }),
      clock,
      random,
      signal: new AbortController().signal,
      onWait: () => undefined,
      warn: (text) => void warnings.push(text),
      learn: () => undefined,
    })
  }
  return { store, index, journal, keeper, reads, warnings }
}

async function underLock<T>(
  keeper: ReturnType<typeof createKeeper>,
  work: () => Promise<T>,
): Promise<T> {
  const release = await keeper.lock()
  try {
    return await work()
  } finally {
    release()
  }
}

describe('the index', () => {
  test('costs no second read while it is right', async () => {
    const { keeper, reads } = machine()
    const saved = await underLock(keeper(), () => keeper().save(session))
    expect(await keeper().load()).toEqual(saved)
    expect(reads.count).toBe(1)
  })

  test('that has lost a session is mended by the next command', async () => {
    const { keeper, index } = machine()
    const saved = await keeper().save(session)
    index.remove('work')
    expect(await keeper().load()).toEqual(saved)
    expect(index.read('work')?.revision).toBe(saved.revision)
  })

  test('forgets a session whose entry is gone', async () => {
    const { keeper, store, index } = machine()
    await keeper().save(session)
    await store.remove('work')
    expect(await keeper().load()).toBeUndefined()
    expect(index.list()).toEqual([])
  })

  test('keeps a session that is in another store', async () => {
    const { keeper, store, index } = machine()
    const other: SecretStore = { ...store, kind: 'keychain', read: async () => undefined }
    await keeper().save(session)
    expect(await keeper({ store: other }).load()).toBeUndefined()
    expect(index.list()).toHaveLength(1)
    await keeper({ store: { ...other, remove: async () => false } }).forget()
    expect(index.list()).toHaveLength(1)
  })

  test('does not get back a session that was forgotten while it was read', async () => {
    const { keeper, store, index } = machine()
    await keeper().save(session)
    const slow: SecretStore = {
      ...store,
      async read(name) {
        const text = await store.read(name)
        const other = keeper()
        if (text !== undefined) await underLock(other, () => other.forget())
        return text
      },
    }
    await keeper({ store: slow }).load()
    expect(index.list()).toEqual([])
  })

  test('does not get back the session that another process has replaced', async () => {
    const { keeper, store, index } = machine()
    await keeper().save(session)
    let next: SessionRecord | undefined
    const slow: SecretStore = {
      ...store,
      async read(name) {
        const text = await store.read(name)
        next ??= await keeper().save({ ...session, refreshToken: 'refresh-2' })
        return text
      },
    }
    expect((await keeper({ store: slow }).load())?.refreshToken).toBe('refresh-1')
    expect(index.read('work')?.revision).toBe(next?.revision)
  })

  test('is not waited for while another process works with the session', async () => {
    const { keeper, index } = machine()
    const saved = await keeper().save(session)
    index.remove('work')
    await underLock(keeper(), async () => {
      expect(await keeper().load()).toEqual(saved)
    })
    expect(index.list()).toEqual([])
  })

  test('says nothing rather than something old when it cannot be written', async () => {
    const { keeper, index, warnings } = machine()
    await keeper().save(session)
    const full: SessionIndex = {
      ...index,
      write: () => {
        throw new Error('the disk is full')
      },
    }
    const saved = await keeper({ index: full }).save(session)
    expect(warnings).toEqual([expect.stringContaining('the disk is full')])
    expect(index.read('work')).toBeUndefined()
    expect(await keeper().load()).toEqual(saved)
  })
})

describe('under the lock, what was read before', () => {
  test('is not read again while nobody has written', async () => {
    const { keeper, reads } = machine()
    await keeper().save(session)
    const one = keeper()
    const known = await one.load()
    expect(await underLock(one, () => one.load(known))).toBe(known)
    expect(reads.count).toBe(1)
  })

  test('is read again after another process has written', async () => {
    const { keeper } = machine()
    await keeper().save(session)
    const one = keeper()
    const known = await one.load()
    const saved = await keeper().save({ ...session, refreshToken: 'refresh-2' })
    expect(await underLock(one, () => one.load(known))).toEqual(saved)
  })

  test('is read again when a refresh is open that nobody has noted the end of', async () => {
    const { keeper, store, journal } = machine()
    await keeper().save(session)
    const one = keeper()
    const known = await one.load()
    // A process that was killed after storing and before writing the index.
    journal.begin('work', 'refresh-1')
    const text = (await store.read('work')) ?? ''
    await store.write('work', text.replace('refresh-1', 'refresh-2'))
    const found = await underLock(one, () => one.load(known))
    expect(found?.refreshToken).toBe('refresh-2')
  })

  test('is gone after a logout', async () => {
    const { keeper } = machine()
    await keeper().save(session)
    const one = keeper()
    const known = await one.load()
    const other = keeper()
    await underLock(other, () => other.forget())
    expect(await underLock(one, () => one.load(known))).toBeUndefined()
  })
})
