import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createLocalJWKSet, importJWK, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLocks } from '../../src/lock/locks.ts'
import { createProcessTable } from '../../src/lock/process-table.ts'
import { entryLock } from '../../src/stores/entry-lock.ts'
import { createFileStore } from '../../src/stores/file.ts'
import { readStoreKey } from '../../src/stores/store-key.ts'
import { realClock, realRandom } from '../support/real-parts.ts'
import { createWorld, type World } from '../support/world.ts'

let world: World

beforeEach(() => {
  world = createWorld()
})

afterEach(() => world.close())

const fileStore = () =>
  createFileStore({
    folder: join(world.stateDir, 'sessions'),
    key: () => readStoreKey(world.env),
    random: realRandom,
  })
const stored = async (name: string) =>
  JSON.parse((await fileStore().read(`key:${name}`)) ?? 'null') as Record<string, string> | null
const publicSet = async (name: string) =>
  JSON.parse((await world.run(['key', 'public', name])).stdout) as JSONWebKeySet
const list = async () =>
  JSON.parse((await world.run(['key', 'list', '--json'])).stdout) as { keys: { name: string }[] }

describe('key generate', () => {
  test.each([[], ['--alg', 'ES384'], ['--alg', 'PS256'], ['--alg', 'EdDSA']])(
    'what it signs (%s %s), the printed set verifies',
    async (...args) => {
      const alg = args[1] ?? 'ES256'
      const result = await world.run(['key', 'generate', 'ci', ...args])
      expect(result).toMatchObject({ code: 0, stdout: '' })
      expect(result.stderr).toContain('oauthctl key public ci')
      expect(result.stderr).toContain('--client-key keychain:ci')
      const jwk = (await stored('ci')) ?? {}
      const signed = await new SignJWT({ sub: 'robot' })
        .setProtectedHeader({ alg, kid: jwk['kid'] ?? '' })
        .sign(await importJWK(jwk, alg))
      const { payload } = await jwtVerify(signed, createLocalJWKSet(await publicSet('ci')))
      expect(payload.sub).toBe('robot')
    },
  )

  test('nothing that it or the others print, and no file, has the private half', async () => {
    const shown = [
      await world.run(['key', 'generate', 'ci', '-vv']),
      await world.run(['key', 'public', 'ci', '-vv']),
      await world.run(['key', 'list', '-vv']),
      await world.run(['key', 'generate', 'ci', '--json', '--force']),
    ]
    const { d = '' } = (await stored('ci')) ?? {}
    expect(d.length).toBeGreaterThan(40)
    for (const { stdout, stderr } of shown) {
      expect(stdout + stderr).not.toContain(d)
      expect(stdout).not.toContain('"d"')
    }
    for (const path of readdirSync(world.stateDir, { recursive: true, encoding: 'utf8' })) {
      if (/\.(?:json|jwe)$/.test(path)) {
        expect(readFileSync(join(world.stateDir, path), 'utf8')).not.toContain(d)
      }
    }
  })

  test('without a name it is the profile’s', async () => {
    await world.run(['key', 'generate'])
    await world.run(['key', 'generate', '-p', 'robot'])
    expect((await list()).keys.map(({ name }) => name)).toEqual(['default', 'robot'])
    const own = await world.run(['key', 'public', '-p', 'robot'])
    expect(JSON.parse(own.stdout)).toEqual(await publicSet('robot'))
  })

  test('one that exists is replaced with --force only', async () => {
    await world.run(['key', 'generate', 'ci'])
    const first = await publicSet('ci')
    const refused = await world.run(['key', 'generate', 'ci', '--alg', 'EdDSA'])
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain('--force')
    expect(await publicSet('ci')).toEqual(first)
    const forced = await world.run(['key', 'generate', 'ci', '--force', '--json'])
    expect(forced).toMatchObject({ code: 0, stderr: '' })
    const { keys } = await publicSet('ci')
    expect(keys).not.toEqual(first.keys)
    expect(JSON.parse(forced.stdout)).toEqual({
      name: 'ci',
      alg: 'ES256',
      kid: keys[0]?.kid,
      store: 'file',
      reference: 'keychain:ci',
    })
  })

  test('of many at once, one makes the key', async () => {
    const runs = await Promise.all(
      Array.from({ length: 8 }, () => world.run(['key', 'generate', 'ci', '--json'])),
    )
    const made = runs.find(({ code }) => code === 0)
    expect(runs.map(({ code }) => code).toSorted()).toEqual([0, 2, 2, 2, 2, 2, 2, 2])
    const { kid } = JSON.parse(made?.stdout ?? '') as { kid: string }
    expect((await publicSet('ci')).keys[0]?.kid).toBe(kid)
  })

  test('one that another command stores meanwhile is kept', async () => {
    const locks = createLocks({
      folder: join(world.stateDir, 'locks'),
      clock: realClock,
      random: realRandom,
      processes: createProcessTable(),
    })
    const release = await locks.acquire(entryLock('key:ci'))
    const running = world.start(['key', 'generate', 'ci'])
    await running.waitForStderr(/Waiting for another oauthctl/)
    await fileStore().write('key:ci', '{"theirs":"1"}')
    release()
    expect(await running.exited).toMatchObject({ code: 2, stdout: '' })
    expect(await stored('ci')).toEqual({ theirs: '1' })
  })

  test.each([
    [['ci', '--alg', 'HS256']],
    [['ci', '--alg', '']],
    [['c i']],
    [['../ci']],
    [['ci', '--store', 'none']],
    [['ci', 'more']],
  ])('refuses %j', async (args) => {
    const result = await world.run(['key', 'generate', ...args])
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toMatch(/^error: .*\n {2}\S/)
    expect((await list()).keys).toEqual([])
  })

  test('a key of another store key is neither overwritten nor shown', async () => {
    await world.run(['key', 'generate', 'ci'])
    const before = await publicSet('ci')
    const other = { env: { OAUTHCTL_STORE_KEY: Buffer.alloc(32, 1).toString('base64') } }
    for (const args of [
      ['generate', 'ci'],
      ['generate', 'ci', '--force'],
      ['public', 'ci'],
    ]) {
      const result = await world.run(['key', ...args], other)
      expect(result, args.join(' ')).toMatchObject({ code: 7, stdout: '' })
      expect(result.stderr).toContain('oauthctl key remove ci')
    }
    expect(await publicSet('ci')).toEqual(before)
  })
})

describe('key list, public and remove', () => {
  test('list', async () => {
    expect(await world.run(['key', 'list'])).toMatchObject({ code: 0, stdout: '' })
    await world.run(['key', 'generate', 'b', '--alg', 'EdDSA'])
    await world.run(['key', 'generate', 'a'])
    await world.run(['secret', 'set', 'no-key'], { input: 'value' })
    const table = await world.run(['key', 'list'], { env: { OAUTHCTL_STORE_KEY: undefined } })
    expect(table).toMatchObject({ code: 0, stderr: '' })
    expect(table.stdout).toMatch(/^NAME .*\na +ES256 .*\nb +EdDSA .*\n$/)
    const [a] = (await publicSet('a')).keys
    expect((await list()).keys[0]).toEqual({
      name: 'a',
      alg: 'ES256',
      kid: a?.kid,
      store: 'file',
      created_at: expect.stringMatching(/Z$/),
    })
  })

  test('an unknown key is told with those that there are', async () => {
    await world.run(['key', 'generate', 'ci'])
    for (const command of ['public', 'remove']) {
      const result = await world.run(['key', command, 'ic'])
      expect(result).toMatchObject({ code: 2, stdout: '' })
      expect(result.stderr).toMatch(/there is no key "ic".*\n.*there is: ci/)
    }
  })

  test('a stored text that is no key is damaged', async () => {
    await world.run(['key', 'generate', 'ci'])
    await fileStore().write('key:ci', 'secret-that-is-no-key')
    const result = await world.run(['key', 'public', 'ci'])
    expect(result).toMatchObject({ code: 7, stdout: '' })
    expect(result.stderr).not.toContain('secret-that')
  })

  test('remove', async () => {
    await world.run(['key', 'generate', 'ci'])
    const json = await world.run(['key', 'remove', 'ci', '--json'])
    expect(JSON.parse(json.stdout)).toEqual({ removed: 'ci' })
    expect(await stored('ci')).toBeNull()
    expect((await list()).keys).toEqual([])
  })
})
