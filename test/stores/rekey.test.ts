import { randomBytes } from 'node:crypto'
import { copyFileSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { createLocks } from '../../src/lock/locks.ts'
import { createProcessTable } from '../../src/lock/process-table.ts'
import { createFileStore } from '../../src/stores/file.ts'
import { entryLock } from '../../src/stores/entry-lock.ts'
import { keyId } from '../../src/stores/jwe.ts'
import { rekeyFiles } from '../../src/stores/rekey.ts'
import { realClock, realRandom } from '../support/real-parts.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const [from, to, third] = [randomBytes(32), randomBytes(32), randomBytes(32)]
let folder: string
let locks: ReturnType<typeof createLocks>

beforeEach(() => {
  const state = temporaryFolder()
  folder = join(state, 'sessions')
  locks = createLocks({
    folder: join(state, 'locks'),
    clock: realClock,
    random: realRandom,
    processes: createProcessTable(),
  })
})

// Promise.withResolvers is not in Node 20.
function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((done) => (resolve = done))
  return { promise, resolve }
}

const store = (key: Uint8Array) => createFileStore({ folder, key: () => key, random: realRandom })
const rekey = (waiting = {}) => rekeyFiles({ folder, from, to, random: realRandom, locks, waiting })
const snapshot = () =>
  Object.fromEntries(readdirSync(folder).map((f) => [f, readFileSync(join(folder, f), 'utf8')]))

test('nothing to move', async () => {
  expect(await rekey()).toEqual({ moved: [], already: [] })
})

test('entries of every kind are under the new key afterwards, their texts the same', async () => {
  const names = ['Work', 'cache:x1', 'key:ci', 'secret:Zoë@ab12', 'work']
  for (const name of names) await store(from).write(name, `text of ${name}`)
  expect(await rekey()).toEqual({ moved: names, already: [] })
  for (const name of names) {
    expect(await store(to).read(name)).toBe(`text of ${name}`)
    await expect(store(from).read(name)).rejects.toMatchObject({
      code: 'store_wrong_key',
      message: expect.stringMatching(new RegExp(`${keyId(to)}, not with ${keyId(from)}`)),
    })
  }
  expect(await rekey()).toEqual({ moved: [], already: names })
})

test('it goes on where another run was cut short', async () => {
  await store(to).write('a', 'moved')
  await store(from).write('b', 'left')
  expect(await rekey()).toEqual({ moved: ['b'], already: ['a'] })
  expect(await store(to).read('b')).toBe('left')
})

test("what is not the store's own is left alone", async () => {
  await store(from).write('a', 'text')
  await store(from).write('probe:x', 'probe')
  for (const file of ['a b.jwe', '%zz.jwe', 'notes.txt', '.a.jwe.0.tmp']) {
    writeFileSync(join(folder, file), 'not ours')
  }
  expect(await rekey()).toEqual({ moved: ['a'], already: [] })
  expect(snapshot()).toMatchObject({ 'a b.jwe': 'not ours', '.a.jwe.0.tmp': 'not ours' })
})

test.each([
  ['under a third key', 'store_wrong_key', () => store(third).write('m', 'text')],
  [
    'damaged under the old key',
    'store_damaged',
    async () => {
      const path = join(folder, 'm.jwe')
      writeFileSync(path, readFileSync(path, 'utf8').slice(0, -4))
    },
  ],
  [
    'damaged under the new key',
    'store_damaged',
    async () => {
      await store(to).write('m', 'text')
      const path = join(folder, 'm.jwe')
      writeFileSync(path, readFileSync(path, 'utf8').slice(0, -4))
    },
  ],
  ['empty', 'store_damaged', async () => writeFileSync(join(folder, 'm.jwe'), '')],
  [
    'swapped for another',
    'store_damaged',
    async () => copyFileSync(join(folder, 'z.jwe'), join(folder, 'm.jwe')),
  ],
])('one file that is %s: nothing is changed', async (_, code, spoil) => {
  for (const name of ['a', 'm', 'z']) await store(from).write(name, 'text')
  await spoil()
  const before = snapshot()
  await expect(rekey()).rejects.toMatchObject({
    code,
    message: expect.stringMatching(/^nothing was changed: .*m\.jwe/),
  })
  expect(snapshot()).toEqual(before)
})

test('two unreadable files are counted', async () => {
  for (const name of ['a', 'b', 'c']) await store(third).write(name, 'text')
  await expect(rekey()).rejects.toThrow(/a\.jwe .* \(and 2 more cannot be read\)$/)
})

test('a file is not touched while somebody holds its lock, and what they wrote is moved', async () => {
  for (const name of ['a', 'b']) await store(from).write(name, 'old')
  const release = await locks.acquire(entryLock('b'))
  const waiting = deferred()
  const running = rekey({ onWait: waiting.resolve })
  await waiting.promise
  // Meanwhile the holder stores a rotated token, and another command logs in to a new profile.
  await store(from).write('b', 'rotated')
  await store(from).write('c', 'new')
  release()
  expect(await running).toEqual({ moved: ['a', 'b', 'c'], already: [] })
  expect(await store(to).read('b')).toBe('rotated')
  expect(await store(to).read('c')).toBe('new')
})

test('a second run to another key waits for the first, and then finds nothing that it can move', async () => {
  for (const name of ['a', 'b']) await store(from).write(name, 'text')
  const release = await locks.acquire(entryLock('a'))
  const [firstWaits, secondWaits] = [deferred(), deferred()]
  const first = rekey({ onWait: firstWaits.resolve })
  await firstWaits.promise
  const waiting = { onWait: secondWaits.resolve }
  const second = rekeyFiles({ folder, from, to: third, random: realRandom, locks, waiting })
  const refused = second.catch((error: unknown) => error)
  await secondWaits.promise
  release()
  expect(await first).toEqual({ moved: ['a', 'b'], already: [] })
  expect(await refused).toMatchObject({
    code: 'store_wrong_key',
    message: expect.stringMatching(/^nothing was changed/),
  })
  for (const name of ['a', 'b']) expect(await store(to).read(name)).toBe('text')
})

test('an entry that is forgotten meanwhile stays forgotten', async () => {
  for (const name of ['a', 'b']) await store(from).write(name, 'old')
  const release = await locks.acquire(entryLock('b'))
  const waiting = deferred()
  const running = rekey({ onWait: waiting.resolve })
  await waiting.promise
  unlinkSync(join(folder, 'b.jwe'))
  release()
  expect(await running).toEqual({ moved: ['a'], already: [] })
  expect(await store(to).read('b')).toBeUndefined()
})

test('interrupted while it waits, it leaves everything readable and gives its lock back', async () => {
  for (const name of ['a', 'b']) await store(from).write(name, 'text')
  const release = await locks.acquire(entryLock('b'))
  const interrupted = new AbortController()
  const reason = new Error('interrupted')
  const onWait = () => interrupted.abort(reason)
  await expect(rekey({ signal: interrupted.signal, onWait })).rejects.toBe(reason)
  release()
  expect(await store(to).read('a')).toBe('text')
  expect(await store(from).read('b')).toBe('text')
  expect(await rekey()).toEqual({ moved: ['b'], already: ['a'] })
})
