import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import { startFakeServer, type FakeServer } from '../support/fake-server.ts'
import type { Env, Result } from '../support/program.ts'
import { expireIn, loggedInWorld, readStored } from '../support/stored-session.ts'
import { createWorld, type World } from '../support/world.ts'

let server: AuthorizationServer
let stranger: FakeServer
let world: World

beforeAll(async () => {
  server = await startAuthorizationServer()
  stranger = await startFakeServer()
  world = await loggedInWorld(server, { args: ['work'] })
  await world.login(
    [
      'secret',
      '--issuer',
      server.issuer,
      '--client-id',
      server.clients.basic.client_id,
      '--client-secret',
      'env:MY_SECRET',
      '--scope',
      'openid offline_access',
      '--prompt',
      'consent',
    ],
    { env: { MY_SECRET: server.clients.basic.client_secret } },
  )
})

afterAll(async () => {
  await world.close()
  expect(stranger.requests).toEqual([])
  await stranger.stop()
  await server.stop()
})

beforeEach(async () => {
  server.reset()
})

const endpoints = [
  'issuer',
  'token_endpoint',
  'authorization_endpoint',
  'jwks_uri',
  'userinfo_endpoint',
  'revocation_endpoint',
  'introspection_endpoint',
  'device_authorization_endpoint',
  'end_session_endpoint',
]

function expectRefused(result: Result, name: string): void {
  expect(result).toMatchObject({ code: 2, stdout: '' })
  expect(result.stderr).toContain(name)
  expect(server.requests).toEqual([])
  expect(stranger.requests).toEqual([])
}

describe.each(endpoints)('another %s than the one of the session', (name) => {
  test('as an option is refused, whether the token is fresh or due', async () => {
    const option = `--${name.replaceAll('_', '-')}`
    await expireIn(world, 1000, 'work')
    expectRefused(await world.run(['token', 'work', option, stranger.url]), name)
    await expireIn(world, -1, 'work')
    expectRefused(await world.run(['token', 'work', option, stranger.url]), name)
  })

  test('as a variable is refused by every command', async () => {
    const env = { [`OAUTHCTL_${name.toUpperCase()}`]: stranger.url }
    for (const command of ['token', 'refresh', 'userinfo', 'logout']) {
      await expireIn(world, command === 'token' ? -1 : 1000, 'work')
      expectRefused(await world.run([command, 'work'], { env }), name)
    }
    expect(await readStored(world, 'work')).toBeDefined()
  })

  test('is refused to the credentials of a profile', async () => {
    await expireIn(world, -1, 'secret')
    const env = {
      MY_SECRET: server.clients.basic.client_secret,
      [`OAUTHCTL_${name.toUpperCase()}`]: stranger.url,
    }
    for (const command of ['token', 'refresh', 'login'])
      expectRefused(await world.run([command, 'secret'], { env }), name)
  })
})

test('the fresh token of a session is not given under another client id', async () => {
  await expireIn(world, 1000, 'work')
  expectRefused(await world.run(['token', 'work', '--client-id', 'another']), 'client_id')
  const env = { OAUTHCTL_CLIENT_ID: 'another' }
  expectRefused(await world.run(['token', 'work'], { env }), 'client_id')
})

test('the same issuer and client id may be named', async () => {
  await expireIn(world, 1000, 'work')
  const args = ['--issuer', server.issuer, '--client-id', 'oauthctl-demo']
  expect(await world.run(['token', 'work', ...args])).toMatchObject({ code: 0, stderr: '' })
})

test('an issuer that was changed in the profile file since needs a new login', async () => {
  const config = world.readConfig() as { profiles: Record<string, object> }
  const moved = { ...config.profiles['work'], issuer: stranger.url }
  world.writeConfig({ ...config, profiles: { ...config.profiles, work: moved } })
  try {
    for (const seconds of [1000, -1]) {
      await expireIn(world, seconds, 'work')
      const result = await world.run(['token', 'work'])
      expect(result).toMatchObject({ code: 3, stdout: '' })
      expect(result.stderr).toContain('oauthctl login work')
    }
    expect(server.requests).toEqual([])
    expect(stranger.requests).toEqual([])
  } finally {
    world.writeConfig(config)
  }
})

describe('a token endpoint that was changed in the profile file since', () => {
  const config = () => world.readConfig() as { profiles: Record<string, Record<string, unknown>> }

  test.each([
    ['beside the same issuer', true],
    ['in the place of the issuer', false],
  ])('%s needs a new login, and gets no refresh token', async (_, keepsIssuer) => {
    const before = config()
    const { issuer, ...rest } = before.profiles['work'] ?? {}
    const moved = {
      ...rest,
      ...(keepsIssuer ? { issuer } : {}),
      token_endpoint: `${stranger.url}/token`,
      revocation_endpoint: `${stranger.url}/revocation`,
    }
    world.writeConfig({ ...before, profiles: { ...before.profiles, work: moved } })
    try {
      for (const command of ['token', 'refresh', 'userinfo']) {
        await expireIn(world, -1, 'work')
        const result = await world.run([command, 'work'])
        expect(result).toMatchObject({ code: 3, stdout: '' })
        expect(result.stderr).toContain('oauthctl login work')
      }
      expect(server.requests).toEqual([])
      expect(stranger.requests).toEqual([])
    } finally {
      world.writeConfig(before)
    }
  })

  test('may be named when it is the one of the login', async () => {
    const before = config()
    const same = {
      ...before.profiles['work'],
      token_endpoint: `${server.issuer}/token`,
      jwks_uri: `${server.issuer}/jwks`,
    }
    world.writeConfig({ ...before, profiles: { ...before.profiles, work: same } })
    try {
      await expireIn(world, -1, 'work')
      expect(await world.run(['token', 'work'])).toMatchObject({ code: 0 })
    } finally {
      world.writeConfig(before)
    }
  })
})

describe('variables alone, without a profile', () => {
  const metadata = {
    OAUTHCTL_AUTHORIZATION_ENDPOINT: '/auth',
    OAUTHCTL_TOKEN_ENDPOINT: '/token',
    OAUTHCTL_REVOCATION_ENDPOINT: '/token/revocation',
    OAUTHCTL_USERINFO_ENDPOINT: '/me',
  }
  const client = { OAUTHCTL_CLIENT_ID: 'oauthctl-demo', OAUTHCTL_SCOPE: 'offline_access' }
  const kinds: [string, () => Env][] = [
    [
      'endpoints',
      () =>
        Object.fromEntries(
          Object.entries(metadata).map(([name, at]) => [name, `${server.issuer}${at}`]),
        ),
    ],
    [
      'an issuer and an endpoint',
      () => ({
        OAUTHCTL_ISSUER: server.issuer,
        OAUTHCTL_USERINFO_ENDPOINT: `${server.issuer}/me`,
      }),
    ],
  ]

  test.each(kinds)('%s: login, token, refresh and logout', async (kind, variables) => {
    const env = { ...variables(), ...client }
    if (kind !== 'endpoints') env.OAUTHCTL_SCOPE = 'openid offline_access'
    const other = createWorld(env)
    const login = await other.login(['--no-save', '--prompt', 'consent'])
    expect(login).toMatchObject({ code: 0 })
    expect(await other.run(['token'])).toMatchObject({ code: 0, stderr: '' })
    expect(await other.run(['refresh'])).toMatchObject({ code: 0, stderr: '' })
    if (kind !== 'endpoints') expect(await other.run(['userinfo'])).toMatchObject({ code: 0 })
    // The session remembers its endpoints by itself, and is given to no other ones.
    const bare = Object.fromEntries(Object.keys(env).map((name) => [name, undefined]))
    expect(await other.run(['refresh'], { env: bare })).toMatchObject({ code: 0, stderr: '' })
    const elsewhere = { env: { OAUTHCTL_USERINFO_ENDPOINT: stranger.url } }
    expectStrange(await other.run(['userinfo'], elsewhere))
    expect(await other.run(['logout'])).toMatchObject({ code: 0, stderr: '' })
    expect(server.requestsTo('/token/revocation')).not.toEqual([])
    await other.close()
  })

  function expectStrange(result: Result): void {
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(stranger.requests).toEqual([])
  }
})

describe('another profile file', () => {
  test('has sessions of its own', async () => {
    await expireIn(world, 1000, 'work')
    const other = `${world.root}/other.json`
    const env = { OAUTHCTL_CONFIG: other }
    expect(await world.run(['token', 'work'], { env })).toMatchObject({ code: 2, stdout: '' })
    const args = ['work', '--issuer', server.issuer, '--client-id', 'oauthctl-demo']
    expect(await world.login(args, { env })).toMatchObject({ code: 0 })
    const theirs = await world.run(['token', 'work', '--config', other])
    const ours = await world.run(['token', 'work'])
    expect(theirs).toMatchObject({ code: 0 })
    expect(ours).toMatchObject({ code: 0 })
    expect(theirs.stdout).not.toBe(ours.stdout)
    const hash = createHash('sha256').update(other).digest('hex').slice(0, 12)
    expect((await readStored(world, `work@${hash}`))?.tokens[0]?.access_token).toBe(
      theirs.stdout.trim(),
    )
    const status = JSON.parse((await world.run(['status', '--json'])).stdout)
    expect(status.sessions).toHaveLength(2)
    expect(await world.run(['logout', '--all'], { env })).toMatchObject({ code: 0 })
    expect(await world.run(['token', 'work'])).toMatchObject({ code: 0 })
  })
})

test('logout after the issuer was changed in the profile forgets, and sends nothing anywhere', async () => {
  const config = world.readConfig() as { profiles: Record<string, object> }
  const moved = { ...config.profiles['work'], issuer: stranger.url }
  world.writeConfig({ ...config, profiles: { ...config.profiles, work: moved } })
  const result = await world.run(['logout', 'work'])
  expect(result).toMatchObject({ code: 5, stdout: '' })
  expect(result.stderr).toContain('may still be valid')
  expect(await readStored(world, 'work')).toBeUndefined()
  expect(server.requests).toEqual([])
  expect(stranger.requests).toEqual([])
})
