import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import { startFakeServer, type FakeServer } from '../support/fake-server.ts'
import { programPath } from '../support/project.ts'
import { startProtectedApi, type ProtectedApi } from '../support/protected-api.ts'
import { changeStored, loggedInWorld, readStored } from '../support/stored-session.ts'
import { startTerminal } from '../support/terminal.ts'
import type { World } from '../support/world.ts'

let server: AuthorizationServer
let api: ProtectedApi
let fake: FakeServer
let world: World
let allow: string[]

beforeAll(async () => {
  server = await startAuthorizationServer()
  api = await startProtectedApi({ issuer: server.issuer })
  fake = await startFakeServer()
  world = await loggedInWorld(server, { args: ['--resource', api.url] })
  allow = ['--allow-host', new URL(fake.url).host]
})

beforeEach(() => {
  server.reset()
  api.requests.length = 0
  fake.requests.length = 0
})

afterAll(async () => {
  await world.close()
  await fake.stop()
  await api.stop()
  await server.stop()
})

async function token(): Promise<string> {
  return (await readStored(world))?.tokens[0]?.access_token ?? ''
}

describe('a request', () => {
  test('carries the token to the resource of the profile', async () => {
    const result = await world.run(['request', `${api.url}/hello`])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(result.stdout)).toMatchObject({ message: 'Hello, user-demo' })
    expect(api.requests[0]?.headers).toMatchObject({
      accept: '*/*',
      authorization: `Bearer ${await token()}`,
      'user-agent': expect.stringMatching(/^oauthctl\//),
    })
  })

  test.each([
    [['-d', 'a=1', '-d', 'b=2'], 'POST', 'a=1&b=2', 'application/x-www-form-urlencoded'],
    [['--json-body', '{"a":1}'], 'POST', '{"a":1}', 'application/json'],
    [['-X', 'PUT', '-d', 'x', '-H', 'Content-Type: text/plain'], 'PUT', 'x', 'text/plain'],
    [['-d', '@body.txt'], 'POST', 'from\r\na file\n', 'application/x-www-form-urlencoded'],
    [['-d', '@-'], 'POST', 'from stdin', 'application/x-www-form-urlencoded'],
    [['-X', 'DELETE'], 'DELETE', '', undefined],
  ])('with %j', async (args, method, body, type) => {
    writeFileSync(join(world.home, 'body.txt'), 'from\r\na file\n')
    const result = await world.run(['request', `${api.url}/echo`, ...args], {
      input: 'from stdin',
    })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(result.stdout)).toEqual({ method, body })
    expect(api.requests[0]?.headers['content-type']).toBe(type)
  })

  test('gives bytes out as they came, with -i behind the head', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
    fake.on('GET /bytes', {
      status: 418,
      headers: { 'X-One': Buffer.from('ä').toString('latin1'), 'Set-Cookie': ['b=1', 'c=2'] },
      body: bytes,
    })
    const file = join(world.home, 'bytes')
    const plain = await world.run(['request', `${fake.url}/bytes`, ...allow, '-o', file])
    expect(plain).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(readFileSync(file)).toEqual(bytes)
    const shell = await world.run(
      [
        '-c',
        '"$@" > out',
        'sh',
        process.execPath,
        programPath,
        'request',
        `${fake.url}/bytes`,
        '-i',
        ...allow,
      ],
      { command: ['sh'] },
    )
    expect(shell.code).toBe(0)
    const text = readFileSync(join(world.home, 'out'))
    expect(text.subarray(-256)).toEqual(bytes)
    const head = text.subarray(0, -256).toString()
    expect(head).toMatch(/^HTTP\/1\.1 418 I'm a Teapot\r\nx-one: ä\r\n/)
    expect(head).toContain('set-cookie: b=1\r\nset-cookie: c=2\r\n')
    expect(head).toMatch(/\r\n\r\n$/)
  })

  test('-o replaces the file behind a link, and leaves it alone when nothing whole comes', async () => {
    const file = join(world.home, 'kept')
    const link = join(world.home, 'link')
    writeFileSync(file, 'old')
    symlinkSync(file, link)
    fake.on('GET /new', { body: 'new' })
    fake.on('GET /cut', {
      headers: { 'content-length': '100' },
      body: 'only a part',
    })
    const cut = await world.run([
      'request',
      `${fake.url}/cut`,
      ...allow,
      '-o',
      link,
      '--timeout',
      '1',
    ])
    expect(cut).toMatchObject({ code: 5, stdout: '' })
    expect(readFileSync(file, 'utf8')).toBe('old')
    await world.run(['request', `${fake.url}/new`, ...allow, '-o', link])
    expect(readFileSync(file, 'utf8')).toBe('new')
    expect(readdirSync(world.home).filter((name) => name.endsWith('.part'))).toEqual([])
    const bad = await world.run(['request', `${fake.url}/new`, ...allow, '-o', 'no/such/folder'])
    expect(bad).toMatchObject({ code: 2, stdout: '' })
  })

  test('--json changes stderr alone, and -v hides the token and other secrets', async () => {
    fake.on('POST /plain', { body: 'not JSON' })
    const secret = 'my-own-api-key-value'
    const args = [`${fake.url}/plain`, ...allow, '-H', `X-Api-Key: ${secret}`, '-d', 'a=1', '-vv']
    const result = await world.run(['request', ...args, '--json'])
    expect(result).toMatchObject({ code: 0, stdout: 'not JSON' })
    const { exchange } = JSON.parse(result.stderr)
    expect(exchange).toMatchObject({ method: 'POST', status: 200, request_body: 'a=1' })
    expect(fake.requests[0]?.headers['x-api-key']).toBe(secret)
    expect(result.stderr).not.toContain(secret)
    expect(result.stderr).not.toContain(await token())
  })

  test.each([['Authorization: Bearer mine'], ['X-A: 1\r\nX-B: 2'], ['Host: other.example']])(
    'with -H %j is not sent',
    async (line) => {
      const result = await world.run(['request', `${api.url}/hello`, '-H', line])
      expect(result).toMatchObject({ code: 2, stdout: '' })
      expect(api.requests).toEqual([])
    },
  )

  test.each([
    [['-X', 'CONNECT']],
    [['-X', 'TRACE']],
    [['-X', 'A B']],
    [['-d', 'a', '--json-body', '1']],
    [['-d', '@/no/such/file']],
    [['--client-secret', '-', '-d', '@-']],
  ])('with %j is not sent', async (args) => {
    const result = await world.run(['request', `${api.url}/hello`, ...args])
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(api.requests).toEqual([])
  })
})

describe('where the token goes', () => {
  test.each([
    ['another origin', () => fake.url],
    ['a host that is not loopback, without TLS', () => 'http://api.example.com'],
    ['an address with a password', () => api.url.replace('//', '//user:pass@')],
    ['no address', () => 'api.example.com'],
    ['another scheme', () => 'file:///etc/passwd'],
  ])('not to %s', async (_, url) => {
    const result = await world.run(['request', url()])
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toMatch(/^error: /)
    expect(fake.requests).toEqual([])
  })

  test('the refusal names the option that allows it', async () => {
    const result = await world.run(['request', `${fake.url}/x`])
    expect(result.stderr).toContain(`--allow-host ${fake.url}`)
    expect(result.stderr).toContain('allow_host=')
  })

  test('to the issuer, and to what option, variable and profile allow', async () => {
    fake.on('GET /x', { body: 'x' })
    const { host } = new URL(fake.url)
    expect(await world.run(['request', `${server.issuer}/me`])).toMatchObject({ code: 0 })
    expect(await world.run(['request', `${fake.url}/x`, ...allow])).toMatchObject({ code: 0 })
    const env = { OAUTHCTL_ALLOW_HOST: `other.example ${host}` }
    expect(await world.run(['request', `${fake.url}/x`], { env })).toMatchObject({ code: 0 })
    const before = world.readConfig() as { profiles: { default: object } }
    world.writeConfig({
      ...before,
      profiles: { default: { ...before.profiles.default, allow_host: [fake.url] } },
    })
    expect(await world.run(['request', `${fake.url}/x`])).toMatchObject({ code: 0 })
    const more = ['--allow-host', 'third.example']
    expect(await world.run(['request', `${fake.url}/x`, ...more])).toMatchObject({ code: 0 })
    world.writeConfig(before)
    const wild = await world.run(['request', `${fake.url}/x`, '--allow-host', '*'])
    expect(wild).toMatchObject({ code: 2, stdout: '' })
  })

  test.each(['other', 'same'])('not along a redirect to the %s origin', async (kind) => {
    const to = kind === 'other' ? `${fake.url}/stolen` : '/api/hello'
    const result = await world.run([
      'request',
      '-i',
      `${api.url}/redirect?to=${encodeURIComponent(to)}`,
    ])
    expect(result.code).toBe(0)
    expect(result.stdout).toMatch(/^HTTP\/1\.1 302 /)
    expect(result.stderr).toContain('not followed')
    expect(fake.requests).toEqual([])
    expect(api.requests).toHaveLength(1)
  })
})

describe('an answer that is no success', () => {
  test.each([
    [404, 0, 4],
    [401, 0, 3],
    [409, 0, 4],
    [500, 0, 5],
    [503, 0, 5],
    [304, 0, 0],
  ])('%i ends with %i, with --fail %i', async (status, code, failing) => {
    fake.on('GET /status', { status, body: status === 304 ? '' : 'why' })
    const args = ['request', `${fake.url}/status`, ...allow]
    const body = status === 304 ? '' : 'why'
    expect(await world.run(args)).toEqual({ code, signal: null, stdout: body, stderr: '' })
    const failed = await world.run([...args, '--fail'])
    expect(failed).toMatchObject({ code: failing, stdout: '' })
    expect(failed.stderr.includes(`answered ${status}`)).toBe(failing !== 0)
  })

  test('401 invalid_token renews the token once and sends the whole again', async () => {
    const old = await token()
    await changeStored(world, (session) => ({
      ...session,
      tokens: session.tokens.map((one) => ({ ...one, access_token: `${one.access_token}-bad` })),
    }))
    const result = await world.run(['request', `${api.url}/echo`, '-d', 'again'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(result.stdout)).toEqual({ method: 'POST', body: 'again' })
    expect(api.requests).toHaveLength(2)
    expect(server.requestsTo('/token', 'refresh_token')).toHaveLength(1)
    expect(await token()).not.toBe(old)
  })

  const invalidToken = {
    status: 401,
    headers: {
      'WWW-Authenticate': 'Bearer error="invalid_token", error_description="no \u009b31mway"',
    },
    body: 'denied',
  }

  test('a second invalid_token is the answer', async () => {
    fake.on('GET /never', invalidToken)
    const result = await world.run(['request', `${fake.url}/never`, ...allow])
    expect(result).toMatchObject({ code: 0, stdout: 'denied' })
    expect(result.stderr).toContain('oauthctl login')
    expect(fake.requests).toHaveLength(2)
    const failed = await world.run(['request', `${fake.url}/never`, ...allow, '--fail', '--json'])
    expect(failed).toMatchObject({ code: 3, stdout: '' })
    expect(JSON.parse(failed.stderr).error).toMatchObject({
      code: 'invalid_token',
      exit_code: 3,
      oauth: { error: 'invalid_token' },
    })
  })

  test('standard input is not sent twice, but the token is renewed', async () => {
    fake.on('POST /once', invalidToken)
    const args = ['request', `${fake.url}/once`, ...allow, '-d', '@-']
    const result = await world.run(args, { input: 'body' })
    expect(result).toMatchObject({ code: 0, stdout: 'denied' })
    expect(result.stderr).toContain('again')
    expect(fake.requests).toHaveLength(1)
    expect(server.requestsTo('/token', 'refresh_token')).toHaveLength(1)
  })

  test('where no other token comes, the first answer is given, and why', async () => {
    fake.on('GET /never', invalidToken)
    server.respond('/token', () => ({ status: 503, json: { error: 'temporarily_unavailable' } }))
    const result = await world.run(['request', `${fake.url}/never`, ...allow])
    expect(result).toMatchObject({ code: 0, stdout: 'denied' })
    expect(result.stderr).toMatch(/^warning: .*no new one came/)
    expect(fake.requests).toHaveLength(1)
    server.reset()
    await world.run(['refresh'])
  })

  test('403 insufficient_scope names the scopes and the login that gets them', async () => {
    fake.on('GET /scope', {
      status: 403,
      headers: {
        'WWW-Authenticate': 'Bearer error="insufficient_scope", scope="admin:all $(touch pwned)"',
      },
      body: 'denied',
    })
    const result = await world.run(['request', `${fake.url}/scope`, ...allow])
    expect(result).toMatchObject({ code: 0, stdout: 'denied' })
    expect(result.stderr).toContain('admin:all')
    expect(result.stderr).toMatch(
      /oauthctl login --scope 'openid profile offline_access api:read api:write \$\(touch admin:all pwned\)'/,
    )
    const failed = await world.run(['request', `${fake.url}/scope`, ...allow, '--fail'])
    expect(failed).toMatchObject({ code: 4, stdout: '' })
    expect(failed.stderr).toContain('oauthctl login --scope ')
  })

  test('a step-up challenge is a login that is needed (3)', async () => {
    const result = await world.run(['request', `${api.url}/step-up`])
    expect(result).toMatchObject({ code: 3, stdout: '' })
    expect(result.stderr).toContain('oauthctl login --acr-values urn:demo:mfa')
    fake.on('GET /age', {
      status: 401,
      headers: {
        'WWW-Authenticate':
          'Bearer error="insufficient_user_authentication", max_age="60", acr_values="a;b c"',
      },
    })
    const aged = await world.run(['request', `${fake.url}/age`, ...allow])
    expect(aged.stderr).toContain("oauthctl login --acr-values 'a;b c' --max-age 60")
  })

  test('no answer is 5', async () => {
    fake.on('GET /drop', 'drop')
    fake.on('GET /hang', 'hang')
    expect(await world.run(['request', `${fake.url}/drop`, ...allow])).toMatchObject({ code: 5 })
    const hung = await world.run(['request', `${fake.url}/hang`, ...allow, '--timeout', '0.5'])
    expect(hung).toMatchObject({ code: 5, stdout: '' })
  })

  test('without a session nothing is sent (3)', async () => {
    const result = await world.run(['request', '-p', 'other', `${fake.url}/x`, ...allow], {
      env: { OAUTHCTL_ISSUER: server.issuer, OAUTHCTL_CLIENT_ID: 'x' },
    })
    expect([2, 3]).toContain(result.code)
    expect(fake.requests).toEqual([])
  })
})

describe.runIf(process.platform === 'linux')('in a terminal', () => {
  test('text is shown safely, and binary data is refused', async () => {
    fake.on('GET /text', { body: 'a\u001b[31mred\u202e\r\nnext' })
    fake.on('GET /binary', { body: Buffer.from([0x1f, 0x8b, 0, 1]) })
    const text = startTerminal(['request', '-i', `${fake.url}/text`, ...allow], { env: world.env })
    expect(await text.exited).toBe(0)
    expect(text.output()).toContain('a\\u{1b}[31mred\\u{202e}\r\nnext\r\n')
    expect(text.output()).toContain('HTTP/1.1 200 OK')
    const binary = startTerminal(['request', `${fake.url}/binary`, ...allow], { env: world.env })
    expect(await binary.exited).toBe(2)
    expect(binary.text()).toContain('-o FILE')
  })

  test('another origin is asked about once, and remembered', async () => {
    fake.on('GET /x', { body: 'the answer' })
    const before = world.readConfig() as { profiles: { default: object } }
    const no = startTerminal(['request', `${fake.url}/x`], { env: world.env })
    await no.waitFor(/\(y\/N\)/)
    no.send('\r')
    expect(await no.exited).toBe(2)
    expect(fake.requests).toEqual([])
    expect(world.readConfig()).toEqual(before)
    const yes = startTerminal(['request', `${fake.url}/x`], { env: world.env })
    await yes.waitFor(/\(y\/N\)/)
    yes.send('y\r')
    expect(await yes.exited).toBe(0)
    expect(yes.text()).toContain('the answer')
    expect(world.readConfig()).toMatchObject({ profiles: { default: { allow_host: [fake.url] } } })
    expect(await world.run(['request', `${fake.url}/x`])).toMatchObject({ code: 0 })
    const told = startTerminal(['request', `${fake.url}/x`], { env: world.env })
    expect(await told.exited).toBe(0)
    expect(told.text()).not.toContain('(y/N)')
    world.writeConfig(before)
  })
})
