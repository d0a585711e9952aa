import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import { createWorld, type World } from '../support/world.ts'
import { asOptions, demoClient, filesBelow, jsonLines, storedEntries, toldError } from './logins.ts'

let server: AuthorizationServer
let world: World

beforeAll(async () => {
  server = await startAuthorizationServer({ withhold: ['api:write'] })
})
afterAll(() => server.stop())
beforeEach(() => {
  world = createWorld()
})
afterEach(async () => {
  server.reset()
  await world.close()
})

const offline = ['--scope', 'openid profile offline_access api:read', '--prompt', 'consent']

describe('what a login tells', () => {
  test('--json is exactly the documented object, and stderr is JSON Lines', async () => {
    const before = Date.now()
    const result = await world.login(demoClient(server, 'work', '--json', ...offline))
    expect(result.code).toBe(0)
    const { expires_at: expiresAt, ...rest } = JSON.parse(result.stdout) as Record<string, unknown>
    expect(rest).toEqual({
      profile: 'work',
      issuer: server.issuer,
      client_id: 'oauthctl-demo',
      sub: 'user-demo',
      username: 'demo',
      scope: 'openid profile offline_access api:read',
      refreshable: true,
      store: 'file',
    })
    expect(expiresAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    const lifetime = Date.parse(String(expiresAt)) - before
    expect(lifetime).toBeGreaterThan(3500_000)
    expect(lifetime).toBeLessThan(3700_000)
    const lines = jsonLines(result.stderr)
    expect(lines.map((line) => Object.keys(line))).toEqual([['authorization_url']])
  })

  test('people read who, where, which scopes, until when, renewal and place', async () => {
    const { code, stdout, stderr } = await world.login(demoClient(server, ...offline))
    expect(code).toBe(0)
    expect(stdout).toContain('Logged in as demo (profile default)')
    for (const line of [
      /server +http:\/\/127\.0\.0\.1:\d+$/m,
      /scopes +openid profile offline_access api:read$/m,
      /expires +in 60 min \(\d{4}-.*Z\)$/m,
      /renewal +by itself, with the refresh token$/m,
      /stored in an encrypted file$/m,
    ])
      expect(stdout).toMatch(line)
    expect(stderr).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/auth\?\S+$/m)
    expect(stdout + stderr).not.toContain('\u001b')
  })

  test('tells the scopes that were refused, and why it cannot refresh', async () => {
    const scope = 'openid api:read api:write'
    const text = await world.login(demoClient(server, '--scope', scope))
    expect(text.stdout).toMatch(/refused +api:write$/m)
    expect(text.stdout).toMatch(/renewal +not possible: the scope offline_access was not asked for/)
    const json = await world.login(demoClient(server, '--json', '--scope', scope))
    expect(JSON.parse(json.stdout)).toMatchObject({
      scope: 'openid api:read',
      scope_refused: 'api:write',
      refreshable: false,
    })
    const asked = await world.login(demoClient(server, '--scope', 'openid offline_access'))
    expect(asked.stdout).toMatch(/renewal +not possible: .*--prompt consent/)
  })

  test('-q leaves the address and the result, -v tells the exchanges without secrets', async () => {
    const quiet = await world.login(demoClient(server, '-q', ...offline))
    expect(quiet.stderr).toMatch(/^http:\/\/\S+\n$/)
    const { code } = await world.run(['token', '--check'])
    expect(code).toBe(0)
    const loud = await world.login(demoClient(server, '-v', '-v', ...offline))
    expect(loud.code).toBe(0)
    const given = server.requestsTo('/token').at(-1)
    expect(loud.stderr).toContain('POST')
    for (const secret of [given?.params.get('code'), given?.params.get('code_verifier')])
      expect(loud.stderr).not.toContain(secret)
    const tokens = JSON.parse(given?.answered?.body ?? '{}') as Record<string, string>
    for (const name of ['access_token', 'refresh_token', 'id_token'])
      expect(loud.stdout + loud.stderr).not.toContain(tokens[name])
  })
})

describe('what a login asks for', () => {
  test('a code with PKCE, state and nonce; two logins share none of them', async () => {
    for (let time = 0; time < 2; time += 1) await world.login(demoClient(server))
    const asked = server.requestsTo('/auth').map(({ query }) => query)
    expect(asked).toHaveLength(2)
    for (const name of ['state', 'nonce', 'code_challenge']) {
      const values = asked.map((query) => query.get(name) ?? '')
      expect(new Set(values).size).toBe(2)
      expect(Math.min(...values.map((value) => value.length))).toBeGreaterThanOrEqual(43)
    }
    expect(asked[0]?.get('response_type')).toBe('code')
    expect(asked[0]?.get('code_challenge_method')).toBe('S256')
    expect(asked[0]?.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/)
    expect(asked[0]?.get('scope')).toBe('openid profile offline_access')
    expect(server.requestsTo('/token')[0]?.params.get('code_verifier')).toMatch(/^[\w-]{43,128}$/)
  })

  test('resources, audience, hints and free parameters reach the server', async () => {
    const resources = ['http://127.0.0.1:9/api', 'http://127.0.0.1:9/api/two']
    const asked = asOptions({
      resource: resources,
      scope: 'openid api:read',
      audience: 'an audience',
      acr_values: 'urn:x',
      login_hint: 'demo',
      max_age: '600',
      prompt: 'login consent',
      authorization_param: ['ui_locales=de', 'a=b=c&d'],
    })
    const result = await world.login(demoClient(server, ...asked))
    const query = server.requestsTo('/auth')[0]?.query
    expect(query?.getAll('resource')).toEqual(resources)
    expect(Object.fromEntries(query ?? [])).toMatchObject({
      audience: 'an audience',
      acr_values: 'urn:x',
      login_hint: 'demo',
      max_age: '600',
      prompt: 'login consent',
      ui_locales: 'de',
      a: 'b=c&d',
    })
    // The server gives a token for one resource only, and says so.
    expect(result.code).toBe(4)
    expect(result.stderr).toContain('invalid_target')
    expect(server.requestsTo('/token')[0]?.params.getAll('resource')).toEqual(resources)
  })

  test('a token for one resource is asked for at both endpoints', async () => {
    const resource = 'http://127.0.0.1:9/api'
    const args = ['--resource', resource, '--scope', 'openid api:read']
    const { code } = await world.login(demoClient(server, ...args))
    expect(code).toBe(0)
    expect(server.requestsTo('/token')[0]?.params.get('resource')).toBe(resource)
    const { stdout } = await world.run(['token'])
    const payload = Buffer.from(stdout.split('.')[1] ?? '', 'base64url').toString()
    expect(JSON.parse(payload)).toMatchObject({ aud: resource, scope: 'api:read' })
  })

  test.each(['state', 'nonce', 'redirect_uri', 'code_challenge', 'client_id', 'response_type'])(
    '--authorization-param cannot undo the check of %s',
    async (name) => {
      const args = ['--json', '--authorization-param', `${name}=x`]
      const result = await world.login(demoClient(server, ...args))
      expect(result.code).toBe(2)
      expect(result.stdout).toBe('')
      expect(toldError(result).code).toBe('option_invalid')
      expect(server.requestsTo('/auth')).toEqual([])
    },
  )
})

describe('the profile of a login', () => {
  test('keeps what was given, never what belongs to one run', async () => {
    const given = asOptions({
      redirect_uri: 'http://localhost/callback',
      acr_values: 'urn:x',
      authorization_param: 'ui_locales=de',
      resource: 'http://127.0.0.1:9/api',
      max_age: '900',
      login_hint: 'demo',
      timeout: '20',
      login_timeout: '60',
    })
    const result = await world.login(
      demoClient(server, 'work', ...offline, ...given, '--json', '--allow-http'),
      { env: { OAUTHCTL_AUDIENCE: 'from-variable' } },
    )
    expect(result.code).toBe(0)
    expect(world.readConfig()).toEqual({
      default_profile: 'work',
      profiles: {
        work: {
          issuer: server.issuer,
          client_id: 'oauthctl-demo',
          scope: 'openid profile offline_access api:read',
          resource: ['http://127.0.0.1:9/api'],
          audience: 'from-variable',
          redirect_uri: 'http://localhost/callback',
          acr_values: 'urn:x',
          authorization_param: { ui_locales: 'de' },
          store: 'file',
        },
      },
    })
  })

  test('a later login uses the profile, and replaces what its options say', async () => {
    await world.login(demoClient(server, 'work', '--scope', 'openid'))
    expect((await world.login(['work'])).code).toBe(0)
    expect(server.requestsTo('/auth')[1]?.query.get('scope')).toBe('openid')
    expect((await world.login(['work', '--scope', 'openid profile'])).code).toBe(0)
    expect(world.readConfig()).toMatchObject({ profiles: { work: { scope: 'openid profile' } } })
  })

  test('unknown keys and other profiles stay', async () => {
    const others = { old: { issuer: 'https://other.example', client_id: 'x', future: [1] } }
    world.writeConfig({
      future_key: { a: 1 },
      default_profile: 'old',
      profiles: { ...others, work: { x: 1 } },
    })
    await world.login(demoClient(server, 'work', '--scope', 'openid'))
    expect(world.readConfig()).toEqual({
      future_key: { a: 1 },
      default_profile: 'old',
      profiles: {
        ...others,
        work: {
          x: 1,
          issuer: server.issuer,
          client_id: 'oauthctl-demo',
          scope: 'openid',
          store: 'file',
        },
      },
    })
  })

  test('--no-save and --store none leave nothing behind', async () => {
    expect((await world.login(demoClient(server, '--no-save'))).code).toBe(0)
    expect(existsSync(world.configFile)).toBe(false)
    expect(storedEntries(world)).toHaveLength(1)
    const args = ['forgotten', '--store', 'none', '--no-save', '--json']
    const result = await world.login(demoClient(server, ...args))
    expect(JSON.parse(result.stdout)).toMatchObject({ store: 'none' })
    expect(storedEntries(world)).toHaveLength(1)
    expect((await world.run(['status'])).stdout).not.toContain('forgotten')
  })

  test('files are 0600 and folders 0700, also where they were wider', async () => {
    mkdirSync(dirname(world.configFile), { recursive: true, mode: 0o755 })
    writeFileSync(world.configFile, '{}')
    chmodSync(world.configFile, 0o644)
    expect((await world.login(demoClient(server))).code).toBe(0)
    expect(statSync(world.configFile).mode & 0o777).toBe(0o600)
    const state = filesBelow(world.stateDir)
    expect(state.some(({ isFolder }) => !isFolder)).toBe(true)
    for (const { path, mode, isFolder } of state)
      expect(`${path} ${mode.toString(8)}`).toBe(`${path} ${isFolder ? '700' : '600'}`)
    expect(statSync(world.stateDir).mode & 0o777).toBe(0o700)
  })

  test('no token and no code stands in any file as it is', async () => {
    await world.login(demoClient(server, ...offline))
    const { answered, params } = server.requestsTo('/token')[0] ?? {}
    const tokens = JSON.parse(answered?.body ?? '{}') as Record<string, string>
    const texts = [world.stateDir, dirname(world.configFile)].flatMap((folder) =>
      filesBelow(folder)
        .filter(({ isFolder }) => !isFolder)
        .map(({ path }) => readFileSync(join(folder, path), 'utf8')),
    )
    expect(texts.length).toBeGreaterThan(2)
    for (const secret of [tokens['access_token'], tokens['refresh_token'], params?.get('code')])
      for (const text of texts) expect(text).not.toContain(secret)
  })
})
