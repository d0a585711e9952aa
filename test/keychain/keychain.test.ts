import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type AuthorizationServer,
  startAuthorizationServer,
} from '../support/authorization-server.ts'
import { robotBrowser } from '../support/project.ts'
import { type KeyringSession, startKeyringSession } from '../support/keyring-session.ts'
import { countReads, keychainPossible, worldWith, type KeychainWorld } from './keychain-world.ts'

describe.runIf(keychainPossible)('the keychain store, as it is without --store', () => {
  let server: AuthorizationServer
  let keyring: KeyringSession
  let world: KeychainWorld

  beforeAll(async () => {
    const options = { alwaysRefreshToken: true, accessTokenTtl: 3600 }
    ;[server, keyring] = await Promise.all([
      startAuthorizationServer(options),
      startKeyringSession(),
    ])
  })
  beforeEach(() => {
    server.reset()
    world = worldWith(keyring)
  })
  afterAll(async () => {
    await keyring?.stop()
    await server?.stop()
  })

  const loginArgs = (profile: string, ...more: string[]) => [
    profile,
    '--issuer',
    server.issuer,
    '--client-id',
    server.clients.public.client_id,
    '--scope',
    'openid offline_access',
    ...more,
  ]
  async function login(profile: string, ...more: string[]): Promise<void> {
    expect(await world.login(loginArgs(profile, ...more))).toMatchObject({ code: 0 })
  }
  const entry = (name: string) => JSON.parse(world.secretTool.lookup(name) ?? 'null') as unknown

  test('a session lives in the entry that secret-tool shows, from login to logout', async () => {
    await login('life')
    const stored = entry('life') as { tokens: { access_token: string }[] }
    expect(stored).toMatchObject({ version: 1, profile: 'life', issuer: server.issuer })

    const status = await world.run(['status', '--json'])
    expect(JSON.parse(status.stdout)).toMatchObject({
      sessions: [{ profile: 'life', store: 'keychain', refreshable: true }],
    })
    const token = await world.run(['token', 'life'])
    expect(token).toMatchObject({
      code: 0,
      stdout: `${stored.tokens[0]?.access_token}\n`,
      stderr: '',
    })
    expect(await world.run(['refresh', 'life'])).toMatchObject({ code: 0 })
    const renewed = await world.run(['token', 'life'])
    expect(renewed.code).toBe(0)
    expect(renewed.stdout).not.toBe(token.stdout)
    expect(JSON.stringify(entry('life'))).toContain(renewed.stdout.trim())

    expect(await world.run(['logout', 'life'])).toMatchObject({ code: 0 })
    expect(world.secretTool.lookup('life')).toBeUndefined()
    expect(await world.run(['token', 'life'])).toMatchObject({ code: 3, stdout: '' })
  })

  test('another profile file has entries of its own: NAME@HASH', async () => {
    const config = join(world.root, 'other.json')
    const hash = createHash('sha256').update(config).digest('hex').slice(0, 12)
    await login('shared', '--config', config)
    expect(entry(`shared@${hash}`)).toMatchObject({ profile: 'shared' })
    expect(world.secretTool.lookup('shared')).toBeUndefined()
    expect(await world.run(['token', 'shared', '--config', config])).toMatchObject({ code: 0 })
    expect(await world.run(['token', 'shared'])).toMatchObject({ code: 2, stdout: '' })
    expect(await world.run(['logout', 'shared', '--config', config])).toMatchObject({ code: 0 })
    expect(world.secretTool.lookup(`shared@${hash}`)).toBeUndefined()
  })

  describe('a client secret', () => {
    const confidential = (profile: string) => [
      profile,
      '--issuer',
      server.issuer,
      '--client-id',
      server.clients.basic.client_id,
      '--scope',
      'openid offline_access',
    ]
    const keptAs = (profile: string) => ({
      profiles: { [profile]: { client_secret: `keychain:${profile}` } },
    })

    test('from standard input is kept as secret:NAME and used again from there', async () => {
      const input = `${server.clients.basic.client_secret}\n`
      const args = [...confidential('piped'), '--client-secret', '-']
      expect(await world.login(args, { input })).toMatchObject({ code: 0 })
      expect(world.secretTool.lookup('secret:piped')).toBe(server.clients.basic.client_secret)
      expect(world.readConfig()).toMatchObject(keptAs('piped'))
      expect(await world.run(['refresh', 'piped'])).toMatchObject({ code: 0 })
    })

    test('from the variable is kept the same way', async () => {
      const env = {
        OAUTHCTL_CLIENT_ID: server.clients.basic.client_id,
        OAUTHCTL_CLIENT_SECRET: server.clients.basic.client_secret,
      }
      expect(await world.login(confidential('varied'), { env })).toMatchObject({ code: 0 })
      expect(world.secretTool.lookup('secret:varied')).toBe(server.clients.basic.client_secret)
      expect(world.readConfig()).toMatchObject(keptAs('varied'))
      expect(JSON.stringify(world.readConfig())).not.toContain(env.OAUTHCTL_CLIENT_SECRET)
      expect(await world.run(['refresh', 'varied'])).toMatchObject({ code: 0 })
    })

    test('is read once where it is needed, as the session is', async () => {
      const input = server.clients.basic.client_secret
      await world.login([...confidential('both'), '--client-secret', '-'], { input })
      const reads = await countReads(keyring, () => world.run(['refresh', 'both']))
      expect(reads).toEqual([1, 1])
    })
  })

  describe('a login with another store', () => {
    const env = { OAUTHCTL_STORE_KEY: randomBytes(32).toString('base64') }

    test('leaves nothing of the session behind in this one', async () => {
      await login('moving')
      const args = loginArgs('moving', '--store', 'file')
      expect(await world.login(args, { env })).toMatchObject({ code: 0 })
      expect(world.secretTool.lookup('moving')).toBeUndefined()
      expect(await world.run(['token', 'moving'], { env })).toMatchObject({ code: 0, stderr: '' })
      const { sessions } = JSON.parse((await world.run(['status', '--json'])).stdout)
      expect(sessions).toMatchObject([{ profile: 'moving', store: 'file' }])
    })

    test('says so when the former session cannot be removed', async () => {
      await login('stuck')
      const args = loginArgs('stuck', '--store', 'file')
      const away = { ...env, DBUS_SESSION_BUS_ADDRESS: undefined }
      const result = await world.login(args, { env: away })
      expect(result).toMatchObject({ code: 0 })
      expect(result.stderr).toMatch(/warning: .*oauthctl logout stuck --local --store keychain/)
      const forget = ['logout', 'stuck', '--local', '--store', 'keychain']
      expect(await world.run(forget)).toMatchObject({ code: 0 })
      expect(world.secretTool.lookup('stuck')).toBeUndefined()
      expect(await world.run(['token', 'stuck'], { env })).toMatchObject({ code: 0 })
    })
  })

  describe('what somebody did to the entry by hand', () => {
    test.each([
      ['is no JSON', 'garbage'],
      ['is other JSON', '{"version":1}'],
      ['is empty', ''],
    ])('a text that %s is damage: told, and not overwritten', async (_, text) => {
      await login('hurt')
      world.secretTool.overwrite('hurt', text)
      const token = await world.run(['token', 'hurt', '--json'])
      expect(token).toMatchObject({ code: 7, stdout: '' })
      expect(JSON.parse(token.stderr)).toMatchObject({ error: { code: 'store_damaged' } })
      const again = await world.login(loginArgs('hurt'))
      expect(again).toMatchObject({ code: 7, stdout: '' })
      expect(world.secretTool.lookup('hurt') ?? '').toBe(text)
      expect(await world.run(['logout', 'hurt'])).toMatchObject({ code: 7 })
      expect(await world.run(['logout', 'hurt', '--local'])).toMatchObject({ code: 0 })
      await login('hurt')
      expect(await world.run(['logout', 'hurt'])).toMatchObject({ code: 0 })
    })

    test.each([
      ['session', '{"version":2,"tokens":"unknown to this release"}'],
      ['sealed entry', '{"version":2,"sealed":{"file":"unknown","key":"unknown"}}'],
    ])('a %s of a newer release is refused and kept', async (_, text) => {
      await login('newer')
      world.secretTool.overwrite('newer', text)
      const token = await world.run(['token', 'newer'])
      expect(token).toMatchObject({ code: 7, stdout: '' })
      expect(token.stderr).toMatch(/newer (?:release of )?oauthctl/)
      expect(await world.login(loginArgs('newer'))).toMatchObject({ code: 7 })
      expect(world.secretTool.lookup('newer')).toBe(text)
      world.secretTool.clear('newer')
    })

    test('a removed entry is a session that is gone', async () => {
      await login('gone')
      world.secretTool.clear('gone')
      const token = await world.run(['token', 'gone'])
      expect(token).toMatchObject({ code: 3, stdout: '' })
      expect(token.stderr).toContain('oauthctl login gone')
      await login('gone')
      expect(await world.run(['token', 'gone'])).toMatchObject({ code: 0 })
    })
  })

  test('of two processes that need a new token at once, one asks the server', async () => {
    await login('pair')
    server.reset()
    const ask = () => world.run(['token', 'pair', '--min-ttl', '3599'])
    await new Promise((resolve) => setTimeout(resolve, 1100))
    const [one, two] = await Promise.all([ask(), ask()])
    expect([one.code, two.code]).toEqual([0, 0])
    expect(server.requestsTo('/token', 'refresh_token').length).toBe(1)
    expect(one.stdout).toBe(two.stdout)
  })

  describe('an entry is read at most once by', () => {
    const reads = (args: readonly string[]) =>
      countReads(keyring, async () => expect(await world.run(args)).toMatchObject({ code: 0 }))

    test('token, refresh, userinfo, status and logout', async () => {
      await login('thrifty')
      expect(await reads(['token', 'thrifty'])).toEqual([1])
      expect(await reads(['token', 'thrifty', '--min-ttl', '3600'])).toEqual([1])
      expect(await reads(['token', 'thrifty', '--check'])).toEqual([1])
      expect(await reads(['refresh', 'thrifty'])).toEqual([1])
      expect(await reads(['userinfo', 'thrifty'])).toEqual([1])
      expect(await reads(['status', 'thrifty'])).toEqual([])
      expect(await reads(['logout', 'thrifty'])).toEqual([1])
    })

    test('a token for another scope, a due ID token, and a logout in the browser', async () => {
      await login('thrifty')
      const asking = ['token', 'thrifty', '--min-ttl', '99999']
      expect(await reads(['token', 'thrifty', '--scope', 'openid'])).toEqual([1])
      expect(await reads([...asking, '--scope', 'openid'])).toEqual([1])
      expect(await reads([...asking, '--id-token'])).toEqual([1])
      const browser = ['--browser', robotBrowser]
      expect(await reads(['logout', 'thrifty', '--end-session', ...browser])).toEqual([1])
    })

    test('login, also when somebody is logged in already', async () => {
      const again = () => countReads(keyring, () => login('twice'))
      expect(await again()).toEqual([])
      expect(await again()).toEqual([1])
    })
  })
})
