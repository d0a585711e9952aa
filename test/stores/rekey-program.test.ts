import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLocks } from '../../src/lock/locks.ts'
import { createProcessTable } from '../../src/lock/process-table.ts'
import { createFileStore } from '../../src/stores/file.ts'
import { keyId, readJweHeader } from '../../src/stores/jwe.ts'
import { entryLock } from '../../src/stores/entry-lock.ts'
import { realClock, realRandom } from '../support/real-parts.ts'
import { createWorld, type World } from '../support/world.ts'
import { writeSession } from '../support/written-session.ts'

const [oldKey, newKey, otherKey] = [randomBytes(32), randomBytes(32), randomBytes(32)]
const text = (key: Buffer) => key.toString('base64')
let world: World

beforeEach(() => {
  world = createWorld({
    OAUTHCTL_STORE_KEY: text(oldKey),
    NEW_KEY: text(newKey),
    OTHER_KEY: text(otherKey),
  })
})

afterEach(() => world.close())

const folder = () => join(world.stateDir, 'sessions')
const store = (key: Uint8Array) =>
  createFileStore({ folder: folder(), key: () => key, random: realRandom })
const rekey = (...args: string[]) =>
  world.run(['store', 'rekey', '--new-key', 'env:NEW_KEY', ...args])
const kidOf = (name: string) =>
  readJweHeader(readFileSync(join(folder(), `${name}.jwe`), 'utf8'))['kid']
const withNew = { env: { OAUTHCTL_STORE_KEY: text(newKey) } }

test('sessions, secrets and keys are good under the new key, and under no other', async () => {
  await writeSession({ kind: 'file', stateDir: world.stateDir, env: world.env })
  await world.run(['secret', 'set', 'robot'], { input: 'hunter2-hunter2' })
  await world.run(['key', 'generate', 'ci'])
  const published = await world.run(['key', 'public', 'ci'])

  const result = await rekey('--json')
  expect(result).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(result.stdout)).toEqual({
    moved: 3,
    already_moved: 0,
    key_id: keyId(newKey),
    previous_key_id: keyId(oldKey),
  })

  expect(await world.run(['token'], withNew)).toMatchObject({ code: 0 })
  expect(await world.run(['key', 'public', 'ci'], withNew)).toEqual(published)
  expect(await store(newKey).read('secret:robot')).toBe('hunter2-hunter2')

  const refused = await world.run(['token'])
  expect(refused).toMatchObject({ code: 7, stdout: '' })
  expect(refused.stderr).toContain(keyId(newKey))
  expect(refused.stderr).toContain(keyId(oldKey))
})

test('it says what to change, by where the keys are', async () => {
  const path = join(world.root, 'new.key')
  writeFileSync(path, `${text(newKey)}\n`, { mode: 0o600 })
  const byVariable = await rekey()
  expect(byVariable).toMatchObject({ code: 0, stdout: '' })
  expect(byVariable.stderr).toMatch(/Now set OAUTHCTL_STORE_KEY to the new key,/)

  const byFile = await world.run(['store', 'rekey'], {
    env: { OAUTHCTL_STORE_NEW_KEY: `file:${path}` },
  })
  expect(byFile).toMatchObject({ code: 0, stdout: '' })
  expect(byFile.stderr).toContain(`set OAUTHCTL_STORE_KEY_FILE to ${path} and unset`)

  const oldPath = join(world.root, 'old.key')
  writeFileSync(oldPath, text(oldKey), { mode: 0o600 })
  const inFile = await world.run(['store', 'rekey', '--new-key', '-'], {
    env: { OAUTHCTL_STORE_KEY: undefined, OAUTHCTL_STORE_KEY_FILE: oldPath },
    input: text(newKey),
  })
  expect(inFile).toMatchObject({ code: 0, stdout: '' })
  expect(inFile.stderr).toContain(`put the new key into ${oldPath}`)
  for (const { stderr } of [byVariable, byFile, inFile]) {
    for (const key of [oldKey, newKey]) expect(stderr).not.toContain(text(key))
  }
})

describe('refusals', () => {
  test.each<[string, string[], Record<string, string | undefined>, number]>([
    ['no new key', [], {}, 2],
    ['the key in use', ['--new-key', 'env:OAUTHCTL_STORE_KEY'], {}, 2],
    ['a key itself', ['--new-key', text(newKey)], {}, 2],
    ['a key itself in the variable', [], { OAUTHCTL_STORE_NEW_KEY: text(newKey) }, 2],
    ['a place inside the store', ['--new-key', 'keychain:new'], {}, 2],
    ['an unset variable', ['--new-key', 'env:NOBODY'], {}, 2],
    ['a missing file', ['--new-key', 'file:/nowhere/key'], {}, 2],
    ['a short key', ['--new-key', 'env:SHORT'], { SHORT: text(newKey.subarray(1)) }, 2],
    ['a key that is no base64', ['--new-key', 'env:SHORT'], { SHORT: 'ä'.repeat(32) }, 2],
    ['another store', ['--store', 'keychain', '--new-key', 'env:NEW_KEY'], {}, 2],
    ['no present key', ['--new-key', 'env:NEW_KEY'], { OAUTHCTL_STORE_KEY: undefined }, 7],
    ['a short present key', ['--new-key', 'env:NEW_KEY'], { OAUTHCTL_STORE_KEY: 'c2hvcnQ=' }, 2],
    [
      'a wrong present key',
      ['--new-key', 'env:NEW_KEY'],
      { OAUTHCTL_STORE_KEY: text(otherKey) },
      7,
    ],
  ])('%s', async (_, args, env, code) => {
    await store(oldKey).write('work', 'text')
    const result = await world.run(['store', 'rekey', ...args], { env })
    expect(result).toMatchObject({ code, stdout: '' })
    expect(result.stderr).toMatch(/^error: .*\n {2}\S/)
    expect(result.stderr).not.toContain(text(newKey))
    expect(await store(oldKey).read('work')).toBe('text')
  })

  test('a wrong present key is named beside the right one', async () => {
    await store(oldKey).write('work', 'text')
    const result = await world.run(['store', 'rekey', '--new-key', 'env:NEW_KEY'], {
      env: { OAUTHCTL_STORE_KEY: text(otherKey) },
    })
    expect(result.stderr).toContain(`another key ${keyId(oldKey)}, not with ${keyId(otherKey)}`)
  })
})

test('killed in the middle, everything is readable under one of the keys, and a second run finishes', async () => {
  const names = Array.from({ length: 12 }, (_, n) => `p${String(n).padStart(2, '0')}`)
  for (const name of names) await store(oldKey).write(name, `text of ${name}`)
  const locks = createLocks({
    folder: join(world.stateDir, 'locks'),
    clock: realClock,
    random: realRandom,
    processes: createProcessTable(),
  })
  const release = await locks.acquire(entryLock('p06'))
  const running = world.start(['store', 'rekey', '--new-key', 'env:NEW_KEY'])
  while (kidOf('p05') !== keyId(newKey)) await sleep(10)
  running.kill('SIGKILL')
  expect(await running.exited).toMatchObject({ signal: 'SIGKILL' })
  release()

  const [moved, left] = [names.slice(0, 6), names.slice(6)]
  for (const name of moved) expect(await store(newKey).read(name)).toBe(`text of ${name}`)
  for (const name of left) expect(await store(oldKey).read(name)).toBe(`text of ${name}`)

  const second = await rekey('--json')
  expect(JSON.parse(second.stdout)).toMatchObject({ moved: 6, already_moved: 6 })
  for (const name of names) expect(await store(newKey).read(name)).toBe(`text of ${name}`)
})

test('two new keys at once: one wins, and opens everything', async () => {
  const names = Array.from({ length: 20 }, (_, n) => `p${n}`)
  for (const name of names) await store(oldKey).write(name, name)
  const results = await Promise.all([
    rekey(),
    world.run(['store', 'rekey', '--new-key', 'env:OTHER_KEY']),
  ])
  expect(results.map(({ code }) => code).toSorted()).toEqual([0, 7])
  const winner = results[0].code === 0 ? newKey : otherKey
  for (const name of names) expect(await store(winner).read(name)).toBe(name)
})

test('with writers at work, what they stored is there under one of the keys', async () => {
  for (let n = 0; n < 10; n += 1) await store(oldKey).write(`p${n}`, 'text')
  const names = Array.from({ length: 10 }, (_, n) => `s${n}`)
  const [, ...written] = await Promise.all([
    rekey(),
    ...names.map((name) => world.run(['secret', 'set', name], { input: `value of ${name}` })),
  ])
  expect(written.map(({ code }) => code)).toEqual(names.map(() => 0))
  expect(await rekey()).toMatchObject({ code: 0 })
  for (const name of names) {
    expect(await store(newKey).read(`secret:${name}`)).toBe(`value of ${name}`)
  }
})

test('a secret is never written over one of another key', async () => {
  await store(otherKey).write('secret:robot', 'theirs')
  for (const args of [
    ['secret', 'set', 'robot'],
    ['secret', 'set', 'robot', '--json'],
  ]) {
    const result = await world.run(args, { input: 'mine' })
    expect(result).toMatchObject({ code: 7, stdout: '' })
    expect(result.stderr).toContain(keyId(otherKey))
    expect(result.stderr).toContain('oauthctl secret remove robot')
  }
  expect(await store(otherKey).read('secret:robot')).toBe('theirs')
})

describe('on a home that cannot be written, with a state folder that can', () => {
  test('many processes at once store, list, read and rekey', async () => {
    const state = join(world.root, 'state')
    // Nobody, not even root, can make a folder there.
    for (const name of ['XDG_CONFIG_HOME', 'XDG_STATE_HOME']) delete world.env[name]
    Object.assign(world.env, { HOME: '/proc/home', OAUTHCTL_STATE_DIR: state })
    const names = Array.from({ length: 20 }, (_, n) => `s${n}`)
    const set = await Promise.all(
      names.map((name) => world.run(['secret', 'set', name], { input: name })),
    )
    expect(set.map(({ stderr }) => stderr).filter((line) => /error|warning/.test(line))).toEqual([])
    const list = JSON.parse((await world.run(['secret', 'list', '--json'])).stdout)
    expect(list.secrets).toHaveLength(20)

    expect(await rekey()).toMatchObject({ code: 0 })
    const moved = createFileStore({
      folder: join(state, 'sessions'),
      key: () => newKey,
      random: realRandom,
    })
    for (const name of names) expect(await moved.read(`secret:${name}`)).toBe(name)
    expect(existsSync('/proc/home')).toBe(false)
  })

  test('no place for state at all is told', async () => {
    for (const name of ['XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'HOME']) delete world.env[name]
    for (const args of [
      ['store', 'rekey', '--new-key', 'env:NEW_KEY'],
      ['secret', 'set', 'x'],
      ['key', 'generate'],
    ]) {
      const result = await world.run(args, { input: 'value' })
      expect(result).toMatchObject({ code: 7, stdout: '' })
      expect(result.stderr).toContain('OAUTHCTL_STATE_DIR')
    }
  })
})
