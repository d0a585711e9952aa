import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { createLockFiles } from '../../src/lock/lock-file.ts'
import { findLock } from '../../src/lock/lock-record.ts'
import { createLocks } from '../../src/lock/locks.ts'
import { createProcessTable, type ProcessTable } from '../../src/lock/process-table.ts'
import { createFakeClock, realClock, realRandom } from '../support/real-parts.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const processes = createProcessTable()
let folder: string
let path: string

beforeEach(() => {
  folder = join(temporaryFolder(), 'locks')
  mkdirSync(folder, { mode: 0o700 })
  path = join(folder, 'work.lock')
})

const open = (clock = realClock) => createLocks({ folder, clock, random: realRandom, processes })

const record = (change: object = {}) => ({
  version: 1,
  token: 'somebody',
  pid: processes.pid,
  start: processes.start,
  host: processes.host,
  acquired_at: new Date().toISOString(),
  ...change,
})

function put(text: string | object, age = 0): void {
  writeFileSync(path, typeof text === 'string' ? text : JSON.stringify(text))
  const time = Date.now() / 1000 - age
  utimesSync(path, time, time)
}

/** A process id that belonged to nobody a moment ago. */
const deadPid = 2 ** 22 + 1

test('holds one at a time, and the next one as soon as it is given back', async () => {
  const first = await open().acquire('work')
  let entered = false
  const second = open()
    .acquire('work')
    .then((release) => {
      entered = true
      return release
    })
  await realClock.sleep(50)
  expect(entered).toBe(false)
  first()
  ;(await second)()
  expect(readdirSync(folder)).toEqual([])
})

test('names are independent', async () => {
  const locks = open()
  const releases = [await locks.acquire('work'), await locks.acquire('Work')]
  expect(readdirSync(folder)).toHaveLength(2)
  for (const release of releases) release()
})

test('the file names its owner', async () => {
  const release = await open().acquire('work')
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
    version: 1,
    pid: process.pid,
    host: expect.stringContaining(hostname()),
  })
  release()
})

describe('release', () => {
  test("does not remove another's lock, and does nothing the second time", async () => {
    const release = await open().acquire('work')
    put(record())
    release()
    expect(existsSync(path)).toBe(true)
    unlinkSync(path)
    const other = await open().acquire('work')
    release()
    expect(existsSync(path)).toBe(true)
    other()
    expect(readdirSync(folder)).toEqual([])
  })

  test('does not throw when the folder is gone', async () => {
    const release = await open().acquire('work')
    unlinkSync(path)
    expect(release).not.toThrow()
  })

  test('releaseAll gives back everything at once', async () => {
    const locks = open()
    await locks.acquire('work')
    await locks.acquire('home')
    locks.releaseAll()
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a lock is taken over at once when', () => {
  test.each([
    ['its process is gone', () => put(record({ pid: deadPid }))],
    ['its process id belongs to a later process', () => put(record({ start: '1' }))],
    ['another host has not touched it for a minute', () => put(record({ host: 'other' }), 61)],
    ['it is empty and 10 s old', () => put('', 11)],
    ['it is not JSON and 10 s old', () => put('{"token":', 11)],
    ['it names no process and 10 s old', () => put(record({ pid: -1 }), 11)],
    ['its token leads elsewhere and it is 10 s old', () => put(record({ token: '../x' }), 11)],
  ])('%s', async (_, leave) => {
    leave()
    const started = Date.now()
    const release = await open().acquire('work')
    expect(Date.now() - started).toBeLessThan(5000)
    release()
    expect(readdirSync(folder)).toEqual([])
  })

  test('its taker died too, and so did the taker of its claim', async () => {
    put(record({ pid: deadPid, token: 'a' }))
    writeFileSync(`${path}.a`, JSON.stringify(record({ pid: deadPid, token: 'b' })))
    writeFileSync(`${path}.a.b`, JSON.stringify(record({ pid: deadPid, token: 'c' })))
    const release = await open().acquire('work')
    release()
    expect(readdirSync(folder)).toEqual([])
  })

  test('its owner was killed while it acquired', async () => {
    put(record({ pid: deadPid }))
    linkSync(path, `${path}.somebody.tmp`)
    const release = await open().acquire('work')
    release()
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a lock is waited for when', () => {
  test.each([
    ['its process lives', () => put(record())],
    ['its process lives, however old it is', () => put(record(), 86_400)],
    ['another host touched it within a minute', () => put(record({ host: 'other' }), 50)],
    ['it is empty and young', () => put('', 5)],
  ])('%s', async (_, leave) => {
    leave()
    const before = readFileSync(path, 'utf8')
    const stop = new AbortController()
    const waiting = open().acquire('work', { signal: stop.signal })
    setTimeout(() => stop.abort(new Error('stopped by the test')), 150)
    await expect(waiting).rejects.toThrow('stopped by the test')
    expect(readFileSync(path, 'utf8')).toBe(before)
    expect(readdirSync(folder)).toEqual(['work.lock'])
  })
})

describe('a taker that is late', () => {
  const files = (table: ProcessTable = processes) =>
    createLockFiles({
      processes: table,
      now: Date.now,
      newToken: () => `t${Math.random()}`.replace('.', ''),
    })

  test('does not remove the fresh lock of another', () => {
    put(record({ pid: deadPid, token: 'stale' }))
    const judged = findLock(path)
    expect(judged).toMatchObject({ token: 'stale' })
    const other = files()
    expect(other.remove(path, 'stale')).toBe(true)
    expect(other.tryCreate(path, 'fresh')).toBe(true)
    files().remove(path, 'stale')
    expect(findLock(path)).toMatchObject({ token: 'fresh' })
  })

  test('leaves a lock alone that another is removing', () => {
    put(record({ pid: deadPid, token: 'stale' }))
    writeFileSync(`${path}.stale`, JSON.stringify(record({ token: 'claimed' })))
    expect(files().remove(path, 'stale')).toBe(false)
    expect(findLock(path)).toMatchObject({ token: 'stale' })
  })
})

test('the wait is told after a second and ends after a minute, naming the holder', async () => {
  put(record({ host: `${hostname()} x`, pid: 4711 }))
  const clock = createFakeClock(Date.now())
  const told = vi.fn<(owner: unknown) => void>()
  const touch = () => utimesSync(path, clock.now() / 1000, clock.now() / 1000)
  const beating = { ...clock, sleep: (ms: number) => clock.sleep(ms).then(touch) }
  await expect(open(beating).acquire('work', { onWait: told })).rejects.toMatchObject({
    code: 'lock_timeout',
    message: expect.stringContaining(`process 4711 on ${hostname()}`),
    hint: expect.stringContaining('4711'),
  })
  expect(told.mock.calls).toEqual([[{ pid: 4711, host: hostname() }]])
  expect(clock.waits[0]).toBeLessThanOrEqual(15)
  expect(Math.max(...clock.waits)).toBeGreaterThan(50)
  expect(Math.max(...clock.waits)).toBeLessThanOrEqual(150)
})

test('an abort before the start touches nothing', async () => {
  await expect(
    open().acquire('work', { signal: AbortSignal.abort(new Error('stopped')) }),
  ).rejects.toThrow('stopped')
  expect(readdirSync(folder)).toEqual([])
})

test('a folder that cannot be made is lock_unusable', async () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  const locks = createLocks({
    folder: join(file, 'locks'),
    clock: realClock,
    random: realRandom,
    processes,
  })
  await expect(locks.acquire('work')).rejects.toMatchObject({ code: 'lock_unusable' })
})

test('the lock folder is private', async () => {
  chmodSync(folder, 0o755)
  const release = await open().acquire('work')
  release()
  expect(statSync(folder).mode & 0o777).toBe(0o700)
})
