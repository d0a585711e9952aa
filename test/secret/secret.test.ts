import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFileStore } from '../../src/stores/file.ts'
import { readStoreKey } from '../../src/stores/store-key.ts'
import { realRandom } from '../support/real-parts.ts'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { startTerminal } from '../support/terminal.ts'
import { createWorld, type World } from '../support/world.ts'

const SECRET = 'hunter2-hunter2-hunter2'
let world: World

beforeEach(() => {
  world = createWorld()
})

afterEach(() => world.close())

const set = (name: string, input: string | Uint8Array, ...args: string[]) =>
  world.run(['secret', 'set', name, ...args], { input })
const stored = (name: string) =>
  createFileStore({
    folder: join(world.stateDir, 'sessions'),
    key: () => readStoreKey(world.env),
    random: realRandom,
  }).read(name)
const names = async (...args: string[]) => {
  const { stdout } = await world.run(['secret', 'list', '--json', ...args])
  return (JSON.parse(stdout) as { secrets: { name: string }[] }).secrets.map(({ name }) => name)
}

describe('secret set', () => {
  test.each([
    ['plain', SECRET, SECRET],
    ['with a line break', `${SECRET}\n`, SECRET],
    ['with a Windows line break', `${SECRET}\r\n`, SECRET],
    ['with two line breaks', `${SECRET}\n\n`, `${SECRET}\n`],
    ['of many lines', 'one\ntwo\n', 'one\ntwo'],
    ['with spaces around', `  ${SECRET}  \n`, `  ${SECRET}  `],
    ['beyond ASCII', 'Zoë 🔑\n', 'Zoë 🔑'],
    ['large', 'x'.repeat(100_000), 'x'.repeat(100_000)],
  ])('%s', async (_, input, value) => {
    const result = await set('robot', input)
    expect(result).toMatchObject({ code: 0, stdout: '' })
    expect(result.stderr).toContain('keychain:robot')
    expect(result.stderr).not.toContain(value)
    expect(await stored('secret:robot')).toBe(value)
  })

  test('replaces the one before, and tells a script where it is', async () => {
    await set('robot', 'old')
    const result = await set('robot', SECRET, '--json')
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(result.stdout)).toEqual({
      name: 'robot',
      store: 'file',
      reference: 'keychain:robot',
    })
    expect(await stored('secret:robot')).toBe(SECRET)
    expect(await names()).toEqual(['robot'])
  })

  test.each([
    ['nothing', 'robot', ''],
    ['a line break alone', 'robot', '\n'],
    ['bytes that are no text', 'robot', new Uint8Array([0x61, 0xff, 0xfe])],
    ['a name with a space', 'ro bot', SECRET],
    ['a name with a path', '../robot', SECRET],
    ['a name with the mark of profile files', 'robot@1', SECRET],
    ['an empty name', '', SECRET],
    ['a name with a control character', 'ro\x1b[31mbot', SECRET],
  ])('refuses %s', async (_, name, input) => {
    const result = await set(name, input)
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toMatch(/^error: .*\n {2}\S/)
    expect(result.stderr).not.toContain('\x1b')
    expect(await names()).toEqual([])
  })

  test('refuses a value as an argument without repeating it', async () => {
    const result = await set('robot', '', SECRET)
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).not.toContain(SECRET)
  })

  test('a store that keeps nothing is refused, an unusable one told', async () => {
    expect(await set('robot', SECRET, '--store', 'none')).toMatchObject({ code: 2, stdout: '' })
    expect(await set('robot', SECRET, '--store', 'cellar')).toMatchObject({ code: 2, stdout: '' })
    const keyless = await world.run(['secret', 'set', 'robot'], {
      input: SECRET,
      env: { OAUTHCTL_STORE_KEY: undefined },
    })
    expect(keyless).toMatchObject({ code: 7, stdout: '' })
    expect(keyless.stderr).toContain('OAUTHCTL_STORE_KEY')
    expect(await names()).toEqual([])
  })

  test('in a terminal it asks without echo', async () => {
    const terminal = startTerminal(['secret', 'set', 'robot'], { env: world.env })
    await terminal.waitFor(/secret robot:/)
    terminal.send(`${SECRET}\r`)
    expect(await terminal.exited).toBe(0)
    expect(terminal.text()).toContain('Stored the secret robot')
    expect(terminal.text()).not.toContain(SECRET)
    expect(await stored('secret:robot')).toBe(SECRET)
  })

  test('Ctrl-C at the question stores nothing', async () => {
    const terminal = startTerminal(['secret', 'set', 'robot'], { env: world.env })
    await terminal.waitFor(/secret robot:/)
    terminal.send('\x03')
    expect(await terminal.exited).toBe(130)
    expect(await names()).toEqual([])
  })

  test('in a terminal where nobody shall be asked it fails at once', async () => {
    const terminal = startTerminal(['secret', 'set', 'robot', '--no-input'], { env: world.env })
    expect(await terminal.exited).toBe(2)
    expect(terminal.text()).toContain('oauthctl secret set robot < FILE')
  })
})

describe('secret list and remove', () => {
  test('of nothing', async () => {
    const result = await world.run(['secret', 'list'])
    expect(result).toMatchObject({ code: 0, stdout: '' })
    expect(result.stderr).toContain('oauthctl secret set')
  })

  test('lists names by the store, with no key at hand and without any value', async () => {
    await set('b', SECRET)
    await set('A', SECRET)
    const result = await world.run(['secret', 'list'], { env: { OAUTHCTL_STORE_KEY: undefined } })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toMatch(
      /^NAME +STORE +CHANGED\nA +file +\d{4}-\S+Z\nb +file +\d{4}-\S+Z\n$/,
    )
    const json = JSON.parse((await world.run(['secret', 'list', '--json'])).stdout)
    expect(json.secrets[0]).toEqual({
      name: 'A',
      store: 'file',
      changed_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}Z$/),
    })
  })

  test('nothing in the state folder shows the value, and others may read nothing of it', async () => {
    await set('robot', SECRET)
    for (const path of readdirSync(world.stateDir, { recursive: true, encoding: 'utf8' })) {
      const full = join(world.stateDir, path)
      const isFolder = statSync(full).isDirectory()
      expect(statSync(full).mode & 0o077, path).toBe(0)
      if (!isFolder) expect(readFileSync(full, 'utf8')).not.toContain(SECRET)
    }
  })

  test('remove', async () => {
    await set('robot', SECRET)
    expect(await world.run(['secret', 'remove', 'robot'])).toMatchObject({ code: 0, stdout: '' })
    expect(await stored('secret:robot')).toBeUndefined()
    expect(await names()).toEqual([])
    const again = await world.run(['secret', 'remove', 'robot'])
    expect(again).toMatchObject({ code: 2, stdout: '' })
    expect(again.stderr).toContain('oauthctl secret list')
    await set('robot', SECRET)
    const json = await world.run(['secret', 'remove', 'robot', '--json'])
    expect(JSON.parse(json.stdout)).toEqual({ removed: 'robot' })
  })

  test('remove takes what cannot be read any more', async () => {
    await set('robot', SECRET)
    writeFileSync(join(world.stateDir, 'sessions', 'secret%3arobot.jwe'), 'damaged')
    const refused = await set('robot', 'new')
    expect(refused).toMatchObject({ code: 7, stdout: '' })
    expect(refused.stderr).toContain('oauthctl secret remove robot')
    expect(await world.run(['secret', 'remove', 'robot'])).toMatchObject({ code: 0 })
    expect(await set('robot', 'new')).toMatchObject({ code: 0 })
  })
})

test('another profile file has secrets of its own', async () => {
  const config = join(world.root, 'other.json')
  await set('robot', 'mine')
  await set('robot', 'theirs', '--config', config)
  const hash = createHash('sha256').update(config).digest('hex').slice(0, 12)
  expect(await stored(`secret:robot@${hash}`)).toBe('theirs')
  expect(await stored('secret:robot')).toBe('mine')
  await world.run(['secret', 'remove', 'robot'])
  expect(await names()).toEqual([])
  expect(await names('--config', config)).toEqual(['robot'])
})

test('many at once lose nothing', async () => {
  const all = Array.from({ length: 12 }, (_, n) => `s${String(n).padStart(2, '0')}`)
  const runs = await Promise.all([...all, ...all].map((name) => set(name, `value of ${name}`)))
  for (const run of runs) expect(run).toMatchObject({ code: 0 })
  expect(await names()).toEqual(all)
  for (const name of all) expect(await stored(`secret:${name}`)).toBe(`value of ${name}`)
})

test('keychain:NAME is this secret, and the one that a login keeps is listed', async () => {
  const server = await startAuthorizationServer()
  try {
    const { client_id: id, client_secret: value } = server.clients.basic
    await set('shared', `${String(value)}\n`)
    const args = ['--issuer', server.issuer, '--client-id', id, '--scope', 'openid']
    const login = await world.login(['a', ...args, '--client-secret', 'keychain:shared'])
    expect(login).toMatchObject({ code: 0 })
    const kept = await world.login(['b', ...args, '--client-secret', '-'], {
      input: String(value),
    })
    expect(kept).toMatchObject({ code: 0 })
    expect(await names()).toEqual(['b', 'shared'])
  } finally {
    await server.stop()
  }
})
