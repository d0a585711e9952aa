import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fileNameFor } from '../../src/files/file-name.ts'
import { createFileStore } from '../../src/stores/file.ts'
import { sessionsFolder } from '../../src/stores/places.ts'
import { readStoreKey } from '../../src/stores/store-key.ts'
import { realRandom } from '../support/real-parts.ts'
import { createWorld, type World } from '../support/world.ts'

let world: World

beforeEach(() => {
  world = createWorld()
})

afterEach(() => world.close())

const work = { issuer: 'https://login.example.com', client_id: 'cli', scope: 'openid' }

function profiles(): Record<string, Record<string, unknown>> {
  return (world.readConfig() as { profiles: Record<string, Record<string, unknown>> }).profiles
}

async function set(...args: string[]): Promise<void> {
  expect(await world.run(['profile', 'set', ...args])).toMatchObject({ code: 0, stdout: '' })
}

describe('profile set', () => {
  test('makes a profile in a private file', async () => {
    await set('work', 'issuer=https://login.example.com', 'client_id=cli', 'scope=openid email')
    expect(profiles()).toEqual({
      work: { issuer: 'https://login.example.com', client_id: 'cli', scope: 'openid email' },
    })
    expect(statSync(world.configFile).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(world.configFile)).mode & 0o777).toBe(0o700)
  })

  test('says whether it made or changed one, and which setting was meant', async () => {
    const result = await world.run(['profile', 'set', 'work', 'client_id=cli'])
    expect(result.stderr).toBe('Made profile work\n')
    expect((await world.run(['profile', 'set', 'work', 'client_id=x'])).stderr).toMatch(/^Changed/)
    const wrong = await world.run(['profile', 'set', 'work', 'clientid=x'])
    expect(wrong.stderr).toMatch(/^ {2}Did you mean client_id\?$/m)
    const help = await world.run(['profile', 'set', '--help'])
    expect(help.stdout).toContain('token_endpoint_auth_method')
  })

  test('writes lists, numbers, pairs and references by their kind', async () => {
    await set(
      'work',
      'resource=https://a.example.com https://b.example.com',
      'timeout=5',
      'authorization_param=ui_locales=de&claims=%7B%7D',
      'client_secret=env:MY_SECRET',
    )
    expect(profiles()['work']).toEqual({
      resource: ['https://a.example.com', 'https://b.example.com'],
      timeout: 5,
      authorization_param: { ui_locales: 'de', claims: '{}' },
      client_secret: 'env:MY_SECRET',
    })
  })

  test('changes one, takes one out, keeps the rest and what it does not know', async () => {
    world.writeConfig({
      $schema: 'https://example.com/schema',
      profiles: { work: { ...work, note: { mine: [1, 2] } }, other: { x: 1 } },
      later: true,
    })
    await set('work', 'client_id=new', '--unset', 'scope')
    expect(world.readConfig()).toEqual({
      $schema: 'https://example.com/schema',
      profiles: {
        work: { issuer: work.issuer, client_id: 'new', note: { mine: [1, 2] } },
        other: { x: 1 },
      },
      later: true,
    })
    await set('other', '--default')
    expect(world.readConfig()).toMatchObject({ default_profile: 'other', later: true })
  })

  test.each([
    [['work']],
    [['work', 'issuer']],
    [['work', '=x']],
    [['work', 'colour=red']],
    [['work', 'prompt=login']],
    [['work', 'allow_http=1']],
    [['work', 'timeout=soon']],
    [['work', 'timeout=-1']],
    [['work', 'timeout=0']],
    [['work', 'issuer=notaurl']],
    [['work', 'issuer=https://login.example.com?x=1']],
    [['work', 'token_endpoint=ftp://x.example']],
    [['work', 'client_id=']],
    [['work', '--unset', 'colour']],
    [['wo rk', 'issuer=https://a.example.com']],
    [['../work', 'issuer=https://a.example.com']],
    [['', 'issuer=https://a.example.com']],
    [['new', '--unset', 'issuer']],
    [['work', 'client_secret=hunter2hunter2']],
    [['work', 'proxy=http://user:hunter2@proxy.example.com:3128']],
    [['work', 'token_endpoint=https://user:hunter2@login.example.com/token']],
    [[]],
  ])('refuses %j and writes nothing', async (args) => {
    world.writeConfig({ profiles: { work } })
    const before = readFileSync(world.configFile, 'utf8')
    const result = await world.run(['profile', 'set', ...args])
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toMatch(/^error: /)
    expect(result.stderr).not.toContain('hunter2')
    expect(readFileSync(world.configFile, 'utf8')).toBe(before)
  })

  test('a name of a prototype is a name like any other', async () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(await world.run(['profile', 'show', name])).toMatchObject({ code: 2, stdout: '' })
      await set(name, 'client_id=cli')
      const shown = await world.run(['profile', 'show', name])
      expect(JSON.parse(shown.stdout)).toEqual({ client_id: 'cli' })
    }
    const { profiles: listed } = JSON.parse((await world.run(['profile', 'list', '--json'])).stdout)
    expect(listed.map(({ name }: { name: string }) => name)).toEqual([
      '__proto__',
      'constructor',
      'toString',
    ])
  })

  test('many at once lose nothing', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `p${n}`)
    const runs = await Promise.all(
      names.map((name) => world.run(['profile', 'set', name, `client_id=${name}`])),
    )
    for (const run of runs) expect(run).toMatchObject({ code: 0 })
    expect(profiles()).toEqual(Object.fromEntries(names.map((name) => [name, { client_id: name }])))
  })
})

describe('where the profile file is', () => {
  const args = ['profile', 'set', 'work', 'client_id=cli', '--config']

  test.each([0o755, 0o1777, 0o2775])('a folder of mode %o stays as it is', async (mode) => {
    const folder = join(world.root, 'shared')
    mkdirSync(folder)
    chmodSync(folder, mode)
    expect(await world.run([...args, join(folder, 'x.json')])).toMatchObject({ code: 0 })
    expect(statSync(folder).mode & 0o7777).toBe(mode)
    expect(statSync(join(folder, 'x.json')).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['x.json'])
  })

  test('a link stays a link, and what it leads to is changed', async () => {
    const kept = join(world.root, 'dotfiles')
    mkdirSync(kept)
    writeFileSync(join(kept, 'oauthctl.json'), JSON.stringify({ profiles: { work } }))
    symlinkSync('oauthctl.json', join(kept, 'link.json'))
    mkdirSync(dirname(world.configFile), { recursive: true })
    symlinkSync(join(kept, 'link.json'), world.configFile)
    await set('work', 'client_id=new')
    expect(lstatSync(world.configFile).isSymbolicLink()).toBe(true)
    expect(lstatSync(join(kept, 'link.json')).isSymbolicLink()).toBe(true)
    expect(JSON.parse(readFileSync(join(kept, 'oauthctl.json'), 'utf8'))).toEqual({
      profiles: { work: { ...work, client_id: 'new' } },
    })
  })

  test('a place that cannot be used is told with what names another', async () => {
    const file = join(world.root, 'file')
    writeFileSync(file, '')
    const result = await world.run([...args, join(file, 'x.json'), '--json'])
    expect(result).toMatchObject({ code: 2, stdout: '' })
    const { error } = JSON.parse(result.stderr)
    expect(error).toMatchObject({ code: 'config_unusable' })
    expect(error.hint).toContain('--config')
    expect(error.hint).not.toContain('OAUTHCTL_STATE_DIR')
  })
})

describe('a profile that no other command can use', () => {
  const broken = {
    secret: { ...work, client_secret: 'hunter2hunter2' },
    list: { ...work, client_secret: ['hunter2hunter2'] },
    address: { ...work, proxy: 'http://user:hunter2@proxy.example.com:3128' },
    type: { ...work, timeout: 'soon' },
    ca: { ...work, ca: '/no/such/file.pem' },
  }

  test.each(Object.keys(broken))('can be shown and mended: %s', async (name) => {
    world.writeConfig({ default_profile: name, profiles: broken })
    for (const args of [
      ['profile', 'list'],
      ['profile', 'list', '--json'],
      ['profile', 'show'],
      ['profile', 'set', name, 'scope=openid email', '--json'],
      ['status'],
    ]) {
      const result = await world.run(args)
      expect(result, args.join(' ')).toMatchObject({ code: 0 })
      expect(result.stdout + result.stderr).not.toContain('hunter2')
    }
    const shown = await world.run(['profile', 'show'])
    expect(JSON.parse(shown.stdout)).toMatchObject({ issuer: work.issuer })
    if (['secret', 'list'].includes(name)) {
      expect(shown.stdout).toContain(`oauthctl profile set ${name} client_secret=env:`)
    }
    const key = {
      secret: 'client_secret',
      list: 'client_secret',
      address: 'proxy',
      type: 'timeout',
    }
    await set(name, '--unset', key[name as keyof typeof key] ?? 'ca')
    expect(await world.run(['token'])).toMatchObject({ code: 3 })
    expect(await world.run(['profile', 'remove', name])).toMatchObject({ code: 0 })
  })

  test('is told by those that use it', async () => {
    world.writeConfig({ profiles: broken })
    for (const name of ['secret', 'list', 'address', 'type']) {
      expect(await world.run(['token', name])).toMatchObject({ code: 2, stdout: '' })
    }
    const byHand = [
      ['--authorization-endpoint', 'https://login.example.com/a'],
      ['--token-endpoint', 'https://login.example.com/t'],
    ].flat()
    const result = await world.login(['new', '--client-id', 'cli', ...byHand, '--ca', '/no/file'])
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toContain('/no/file')
    expect(result.stderr).not.toContain('https://login.example.com/a?')
  })
})

describe('profile list, show and remove', () => {
  beforeEach(() => world.writeConfig({ default_profile: 'work', profiles: { work, b: {}, a: {} } }))

  test('list marks the default', async () => {
    const result = await world.run(['profile', 'list'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toMatch(/^work \(default\) +https:\/\/login\.example\.com +cli$/m)
    expect(JSON.parse((await world.run(['profile', 'list', '--json'])).stdout)).toEqual({
      default_profile: 'work',
      profiles: [{ name: 'a' }, { name: 'b' }, { name: 'work', ...work }],
    })
  })

  test('list of nothing', async () => {
    const args = ['profile', 'list', '--config', join(world.root, 'none.json')]
    expect(await world.run(args)).toMatchObject({ code: 0, stdout: '' })
    const json = await world.run([...args, '--json'])
    expect(JSON.parse(json.stdout)).toEqual({ profiles: [] })
  })

  test('show gives the profile, by whatever names it', async () => {
    for (const run of [
      world.run(['profile', 'show']),
      world.run(['profile', 'show', 'work']),
      world.run(['-p', 'work', 'profile', 'show']),
      world.run(['profile', 'show', '-p', 'work']),
      world.run(['profile', 'show'], { env: { OAUTHCTL_PROFILE: 'work' } }),
    ])
      expect(JSON.parse((await run).stdout)).toEqual(work)
    const b = await world.run(['profile', 'show', '-p', 'b'], { env: { OAUTHCTL_PROFILE: 'work' } })
    expect(JSON.parse(b.stdout)).toEqual({})
    expect(await world.run(['profile', 'show', 'a', '-p', 'b'])).toMatchObject({ code: 2 })
    const unknown = await world.run(['profile', 'show', 'wrok'])
    expect(unknown).toMatchObject({ code: 2, stdout: '' })
    expect(unknown.stderr).toContain('work')
  })

  test('remove', async () => {
    expect(await world.run(['profile', 'remove', 'b'])).toMatchObject({ code: 0, stdout: '' })
    expect(Object.keys(profiles())).toEqual(['work', 'a'])
    expect(await world.run(['profile', 'remove', 'b'])).toMatchObject({ code: 2, stdout: '' })
    expect(await world.run(['profile', 'remove', 'work'])).toMatchObject({ code: 0 })
    // A default that is gone would only make every command fail.
    expect(world.readConfig()).toEqual({ profiles: { a: {} } })
  })
})

describe('profile remove and the secret that a login stored for it', () => {
  const reference = { ...work, client_secret: 'keychain:work' }
  const secretFile = () => join(world.stateDir, 'sessions', `${fileNameFor('secret:work')}.jwe`)

  async function storeSecret(): Promise<void> {
    const store = createFileStore({
      folder: sessionsFolder(world.stateDir),
      key: () => readStoreKey(world.env),
      random: realRandom,
    })
    await store.write('secret:work', 'hunter2')
    expect(existsSync(secretFile())).toBe(true)
  }

  test('removes it', async () => {
    await storeSecret()
    world.writeConfig({ profiles: { work: reference } })
    expect(await world.run(['profile', 'remove', 'work'])).toMatchObject({ code: 0, stdout: '' })
    expect(existsSync(secretFile())).toBe(false)
  })

  test('keeps it while another profile uses it', async () => {
    await storeSecret()
    world.writeConfig({ profiles: { work: reference, other: reference } })
    for (const [name, left] of [
      ['other', true],
      ['work', false],
    ] as const) {
      expect(await world.run(['profile', 'remove', name])).toMatchObject({ code: 0 })
      expect(existsSync(secretFile())).toBe(left)
    }
  })

  test('only warns when it cannot be removed', async () => {
    world.writeConfig({ profiles: { work: { ...reference, store: 'nowhere' } } })
    const env = { OAUTHCTL_STORE: undefined }
    const result = await world.run(['profile', 'remove', 'work'], { env })
    expect(result).toMatchObject({ code: 0, stdout: '' })
    expect(result.stderr).toMatch(/^warning: the client secret .* could not be removed/m)
    expect(profiles()).toEqual({})
  })
})

describe('a profile file that is broken', () => {
  const commands = [
    ['profile', 'list'],
    ['profile', 'set', 'work', 'client_id=x'],
    ['token'],
    ['status'],
    ['login', '--issuer', 'http://127.0.0.1:9', '--client-id', 'x'],
    ['logout'],
  ]

  test.each([
    ['{\n  "profiles": {\n    "work": { "issuer": "x", }\n  }\n}\n', ':3:30'],
    ['', ':1:1'],
    ['[]', ''],
    ['{"profiles": []}', ''],
    ['{"profiles": {"a b": {}}}', ''],
    ['{"profiles": {"work": 1}}', ''],
    ['{"default_profile": 1}', ''],
    ['{"default_profile": "work", "profiles": {"work": {"issuer": 5}}}', ''],
    ['{"profiles": {"default": {"timeout": "x"}}, "default_profile": "default"}', ''],
    ["{'profiles': {}}", ':1:2'],
  ])('%j is exit 2 with its place, and stays untouched', async (text, place) => {
    mkdirSync(dirname(world.configFile), { recursive: true })
    writeFileSync(world.configFile, text, { mode: 0o600 })
    for (const args of place === '' ? commands.slice(2, 3) : commands) {
      const result = await world.run(args)
      expect(result, args.join(' ')).toMatchObject({ code: 2, stdout: '' })
      if (place !== '') expect(result.stderr).toContain(`${world.configFile}${place}`)
    }
    expect(readFileSync(world.configFile, 'utf8')).toBe(text)
  })

  test('a byte order mark and Windows line breaks are no fault', async () => {
    mkdirSync(dirname(world.configFile), { recursive: true })
    const text = `\ufeff${JSON.stringify({ profiles: { work } }, null, 2).replaceAll('\n', '\r\n')}`
    writeFileSync(world.configFile, text)
    expect(JSON.parse((await world.run(['profile', 'show', 'work'])).stdout)).toEqual(work)
  })

  test('a folder in its place is told', async () => {
    mkdirSync(world.configFile, { recursive: true })
    const result = await world.run(['profile', 'list'])
    expect(result.code).not.toBe(0)
    expect(result.stderr).toContain(world.configFile)
    expect(result.stderr).not.toContain('fault of oauthctl')
  })
})
