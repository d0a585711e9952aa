import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { toldError } from '../login/logins.ts'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import { startFakeServer } from '../support/fake-server.ts'
import type { Env } from '../support/program.ts'
import { startTerminal } from '../support/terminal.ts'
import { ownWorld, robot, runInContainer, SECRET } from './machines.ts'

const TOKEN = /^[A-Za-z0-9\-._~+/]+=*\n$/
let server: AuthorizationServer

beforeAll(async () => {
  server = await startAuthorizationServer({
    clients: [
      robot('robot', 'client_secret_basic'),
      robot('robot-post', 'client_secret_post'),
      robot('reader', 'client_secret_basic', { scope: 'api:read' }),
    ],
  })
})
afterAll(() => server.stop())
beforeEach(() => server.reset())

const variables = (clientId = 'robot', more: Env = {}): Env => ({
  OAUTHCTL_ISSUER: server.issuer,
  OAUTHCTL_CLIENT_ID: clientId,
  OAUTHCTL_CLIENT_SECRET: SECRET,
  ...more,
})
const requests = () => server.requestsTo('/token', 'client_credentials')
const COMMAND = ['token', '--client-credentials']

describe('from variables alone, without HOME, D-Bus and terminal', () => {
  it('prints a token and nothing else', async () => {
    const result = await runInContainer(COMMAND, variables())
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toMatch(TOKEN)
  })

  it('says with --verbose how the client authenticates and that there is no cache', async () => {
    const result = await runInContainer([...COMMAND, '-vv'], variables())
    expect(result.code).toBe(0)
    expect(result.stderr).toContain('authenticates with client_secret_basic')
    expect(result.stderr).toContain('not cached')
    const header = requests()[0]?.headers['authorization']?.split(' ')[1] ?? 'x'
    for (const secret of [SECRET, encodeURIComponent(SECRET), header, result.stdout.trim()])
      expect(result.stderr).not.toContain(secret)
  })

  it('asks for scope, resource, audience and parameters of its own', async () => {
    const resource = `${server.issuer}/api/one`
    const env = variables('robot', {
      OAUTHCTL_SCOPE: 'api:read',
      OAUTHCTL_RESOURCE: resource,
      OAUTHCTL_AUDIENCE: 'somebody',
      OAUTHCTL_TOKEN_PARAM: 'tenant=a%20b&x=1',
    })
    const result = await runInContainer([...COMMAND, '--json'], env)
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const document = JSON.parse(result.stdout)
    expect(document).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_at: expect.stringMatching(/^\d{4}-.*Z$/),
      scope: 'api:read',
      issuer: server.issuer,
      client_id: 'robot',
      resource: [resource],
      audience: 'somebody',
    })
    expect(Object.fromEntries(requests()[0]?.params ?? [])).toEqual({
      grant_type: 'client_credentials',
      scope: 'api:read',
      resource,
      audience: 'somebody',
      tenant: 'a b',
      x: '1',
    })
  })

  it('takes a token endpoint in the place of an issuer', async () => {
    const env = variables('robot', {
      OAUTHCTL_ISSUER: undefined,
      OAUTHCTL_TOKEN_ENDPOINT: `${server.issuer}/token`,
    })
    const result = await runInContainer(COMMAND, env)
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(server.requests).toHaveLength(1)
  })

  it.each([
    ['OAUTHCTL_CLIENT_ID', '--client-id'],
    ['OAUTHCTL_CLIENT_SECRET', '--client-secret'],
    ['OAUTHCTL_ISSUER', '--issuer'],
  ])('names %s and %s where it is missing', async (variable, option) => {
    const result = await runInContainer(COMMAND, variables('robot', { [variable]: undefined }))
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toContain(variable)
    expect(result.stderr).toContain(option)
    expect(server.requests).toEqual([])
  })

  it('writes the formats for scripts', async () => {
    const header = await runInContainer([...COMMAND, '--output', 'header'], variables())
    expect(header.stdout).toMatch(/^Authorization: Bearer \S+\n$/)
    const kubectl = await runInContainer([...COMMAND, '--output', 'exec-credential'], variables())
    expect(JSON.parse(kubectl.stdout)).toMatchObject({
      kind: 'ExecCredential',
      status: { token: expect.any(String), expirationTimestamp: expect.any(String) },
    })
  })

  it('masks the token in GitHub Actions before it goes into the output file', async () => {
    const world = ownWorld()
    const file = join(world.root, 'output')
    writeFileSync(file, '')
    const env = variables('robot', { GITHUB_OUTPUT: file })
    const result = await runInContainer([...COMMAND, '--output', 'github'], env)
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const token = /^::add-mask::(\S+)\n$/.exec(result.stdout)?.[1] ?? ''
    expect(token).not.toBe('')
    const written = await world.run([file], { command: ['/bin/cat'] })
    expect(written.stdout).toBe(`access_token=${token}\n`)
  })
})

describe('a profile with grant_type', () => {
  it('needs no option', async () => {
    const world = ownWorld({ ROBOT: SECRET })
    world.writeConfig({
      profiles: {
        robot: {
          issuer: server.issuer,
          grant_type: 'client_credentials',
          client_id: 'robot',
          client_secret: 'env:ROBOT',
          scope: 'api:read',
        },
      },
    })
    const first = await world.run(['token', 'robot', '--json'])
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(first.stdout)).toMatchObject({ profile: 'robot', client_id: 'robot' })
    const second = await world.run(['token', 'robot'])
    expect(second.stdout.trim()).toBe(JSON.parse(first.stdout).access_token)
    expect(requests()).toHaveLength(1)
    expect(await world.run(['token', 'robot', '--check'])).toMatchObject({ code: 0, stdout: '' })
    const status = JSON.parse((await world.run(['status', '--json'])).stdout)
    expect(status).toEqual({ sessions: [] })

    for (const option of ['--issuer', '--token-endpoint']) {
      const away = await world.run(['token', 'robot', option, 'http://127.0.0.1:9', '--json'])
      expect(away).toMatchObject({ code: 2, stdout: '' })
      expect(toldError(away).code).toBe('credentials_bound')
    }
  })
})

describe('the cache', () => {
  it('gives the same token until something that shapes it changes', async () => {
    const world = ownWorld(variables())
    const resource = (name: string) => ['--resource', `${server.issuer}/api/${name}`]
    const wishes: [string[], Env?][] = [
      [[]],
      [['--scope', 'api:read api:write']],
      [['--scope', 'api:read']],
      [resource('a')],
      [resource('b')],
      [['--audience', 'x']],
      [['--token-param', 'a=1', '--token-param', 'b=2']],
      [['--token-param', 'a=2', '--token-param', 'b=2']],
      [[], { OAUTHCTL_CLIENT_ID: 'robot-post' }],
      [['--token-endpoint', `${server.issuer}/token`]],
    ]
    const tokens = []
    for (const [args, env] of wishes) {
      const result = await world.run([...COMMAND, ...args], env ? { env } : {})
      expect(result).toMatchObject({ code: 0, stderr: '' })
      tokens.push(result.stdout)
    }
    expect(new Set(tokens).size).toBe(wishes.length)
    expect(requests()).toHaveLength(wishes.length)
    for (const [index, [args, env]] of wishes.entries()) {
      const result = await world.run([...COMMAND, ...args], env ? { env } : {})
      expect(result.stdout).toBe(tokens[index])
    }
    const turned = [
      ['--scope', 'api:write  api:read'],
      ['--token-param', 'b=2', '--token-param', 'a=1'],
    ]
    for (const args of turned) {
      const result = await world.run([...COMMAND, ...args])
      expect(tokens).toContain(result.stdout)
    }
    expect(requests()).toHaveLength(wishes.length)
  })

  it('is not for somebody who has another secret', async () => {
    const world = ownWorld(variables())
    expect(await world.run(COMMAND)).toMatchObject({ code: 0 })
    const env = { OAUTHCTL_CLIENT_SECRET: 'another-secret-0123456789' }
    const other = await world.run([...COMMAND, '--json'], { env })
    expect(other).toMatchObject({ code: 4, stdout: '' })
    expect(toldError(other)).toMatchObject({
      code: 'invalid_client',
      hint: expect.stringContaining('client_secret_post') as unknown,
    })
    expect(other.stderr).not.toContain('another-secret')
    expect(requests()).toHaveLength(2)
    expect(await world.run(COMMAND)).toMatchObject({ code: 0 })
    expect(requests()).toHaveLength(2)
  })

  it('is passed over by --no-cache, --min-ttl and a token near its end', async () => {
    const world = ownWorld(variables())
    const first = await world.run(COMMAND)
    const fresh = await world.run([...COMMAND, '--no-cache'])
    expect(fresh.stdout).not.toBe(first.stdout)
    expect((await world.run(COMMAND)).stdout).toBe(first.stdout)
    expect((await world.run([...COMMAND, '--min-ttl', '3000'])).stdout).toBe(first.stdout)
    expect(requests()).toHaveLength(2)
    const longer = await world.run([...COMMAND, '--min-ttl', '3700'])
    expect(longer).toMatchObject({ code: 0 })
    expect(longer.stderr).toMatch(/^warning: .*shorter than --min-ttl.*\n$/)
    expect(requests()).toHaveLength(3)

    server.alterTokenResponse((json) => ({ ...json, expires_in: 1 }), { times: 1 })
    const short = await world.run([...COMMAND, '--scope', 'api:read'])
    await new Promise((resolve) => setTimeout(resolve, 1100))
    const next = await world.run([...COMMAND, '--scope', 'api:read'])
    expect(next).toMatchObject({ code: 0 })
    expect(next.stdout).not.toBe(short.stdout)
  })

  it('is one request for 200 processes', async () => {
    const world = ownWorld(variables())
    // A server that takes its time, so that all of them are there before it answers.
    server.respond('/token', async () => {
      await new Promise((resolve) => setTimeout(resolve, 2000))
      return undefined
    })
    const results = await Promise.all(
      Array.from({ length: 200 }, () => world.run(COMMAND, { timeoutMs: 110_000 })),
    )
    expect(new Set(results.map(({ code }) => code))).toEqual(new Set([0]))
    expect(new Set(results.map(({ stdout }) => stdout)).size).toBe(1)
    expect(requests()).toHaveLength(1)
  }, 120_000)

  const otherKey = Buffer.alloc(32, 7).toString('base64')
  it.each<[string, Env]>([
    ['no keychain', { OAUTHCTL_STORE: 'keychain', OAUTHCTL_STORE_KEY: undefined }],
    ['no store', { OAUTHCTL_STORE: 'none' }],
    ['no store key', { OAUTHCTL_STORE_KEY: undefined }],
    ['another store key', { OAUTHCTL_STORE_KEY: otherKey }],
    ['a state folder that is a file', { OAUTHCTL_STATE_DIR: '/dev/null' }],
    ['a read-only state folder', { OAUTHCTL_STATE_DIR: '/sys/nowhere' }],
    ['a state folder that cannot be made', { OAUTHCTL_STATE_DIR: '/proc/nowhere' }],
  ])('may be missing: %s', async (_, env) => {
    const world = ownWorld(variables())
    expect(await world.run(COMMAND)).toMatchObject({ code: 0 })
    for (const count of [2, 3]) {
      const result = await world.run(COMMAND, { env })
      expect(result).toMatchObject({ code: 0, stderr: '' })
      expect(result.stdout).toMatch(TOKEN)
      expect(requests()).toHaveLength(count)
    }
    // And what was there is as it was.
    expect(await world.run(COMMAND)).toMatchObject({ code: 0, stderr: '' })
    expect(requests()).toHaveLength(3)
  })

  it('does not hide a store key that is none', async () => {
    const world = ownWorld(variables('robot', { OAUTHCTL_STORE_KEY: 'c2hvcnQ=' }))
    const result = await world.run(COMMAND)
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toContain('OAUTHCTL_STORE_KEY')
  })
})

describe('the secret', () => {
  it('is asked for in a terminal', async () => {
    const world = ownWorld()
    const stdoutFile = join(world.root, 'token')
    const args = [...COMMAND, '--issuer', server.issuer, '--client-id', 'robot']
    const terminal = startTerminal(args, { env: world.env, stdoutFile })
    await terminal.waitFor(/Client secret/)
    terminal.send(`${SECRET}\r`)
    expect(await terminal.exited).toBe(0)
    expect(terminal.text()).not.toContain(SECRET)
    expect((await world.run([stdoutFile], { command: ['/bin/cat'] })).stdout).toMatch(TOKEN)
  })

  it('comes by each kind of reference', async () => {
    const world = ownWorld({ ...variables(), OAUTHCTL_CLIENT_SECRET: undefined, MINE: SECRET })
    const file = join(world.root, 'secret')
    writeFileSync(file, `${SECRET}\n`, { mode: 0o600 })
    expect(await world.run(['secret', 'set', 'robot'], { input: SECRET })).toMatchObject({
      code: 0,
    })
    for (const reference of [
      'env:MINE',
      `file:${file}`,
      `cmd:cat ${file}`,
      'keychain:robot',
      '-',
    ]) {
      const args = [...COMMAND, '--no-cache', '--client-secret', reference]
      const result = await world.run(args, { input: reference === '-' ? `${SECRET}\n` : '' })
      expect(result).toMatchObject({ code: 0, stderr: '' })
    }
    const literal = await world.run([...COMMAND, '--client-secret', SECRET])
    expect(literal).toMatchObject({ code: 2, stdout: '' })
    expect(literal.stderr).not.toContain(SECRET)
  })
})

describe('what the server refuses', () => {
  it.each([
    [['--scope', 'api:write'], 'invalid_scope'],
    [['--resource', 'https://elsewhere.example.com'], 'invalid_target'],
  ])('%j: %s, with its own text', async (args, code) => {
    const result = await runInContainer([...COMMAND, '--json', ...args], variables('reader'))
    expect(result).toMatchObject({ code: 4, stdout: '' })
    const error = toldError(result)
    expect(error).toMatchObject({ code, oauth: { error: code } })
    expect(error.message).toContain(error.oauth?.['error_description'] ?? 'missing')
  })

  it('a scope that it leaves out is told', async () => {
    server.alterTokenResponse((json) => ({ ...json, scope: 'api:read' }))
    const args = [...COMMAND, '--scope', 'api:read api:write']
    const result = await runInContainer(args, variables())
    expect(result.code).toBe(0)
    expect(result.stderr).toBe('warning: the server did not grant: api:write\n')
  })

  it.each([
    ['a token type that is unknown', { access_token: 'at', token_type: 'MAC' }],
    ['no token', { token_type: 'Bearer' }],
    ['a token with a line break', { access_token: 'a\nb', token_type: 'Bearer' }],
  ])('%s: 5', async (_, json) => {
    const fake = await startFakeServer({ 'POST /token': { json } })
    const env = { OAUTHCTL_TOKEN_ENDPOINT: `${fake.url}/token`, OAUTHCTL_ISSUER: undefined }
    const result = await runInContainer(COMMAND, variables('robot', env))
    expect(result).toMatchObject({ code: 5, stdout: '' })
    await fake.stop()
  })
})
