import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { toldError } from '../login/logins.ts'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import { startFakeServer, type FakeServer } from '../support/fake-server.ts'
import type { Received } from '../support/http-exchange.ts'
import type { Env, Result, RunOptions } from '../support/program.ts'
import { expireIn } from '../support/stored-session.ts'
import { createWorld } from '../support/world.ts'
import { ownWorld, runInContainer } from './machines.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const TYPE = 'urn:ietf:params:oauth:token-type'
const SUBJECT = 'subject-token-0123456789'
const ACTOR = 'actor-token-0123456789'
const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJqb2IifQ.c2lnbmF0dXJl'

/** A token endpoint for grants that the certified server does not have. */
async function startExchange(more: object = {}): Promise<FakeServer> {
  const json = { access_token: 'at-exchanged', token_type: 'Bearer', expires_in: 300, ...more }
  const server = await startFakeServer({ 'POST /token': { json } })
  onTestFinished(() => server.stop())
  return server
}

function run(server: FakeServer, args: string[], env: Env = {}, options: RunOptions = {}) {
  return runInContainer(
    ['token', ...args],
    {
      OAUTHCTL_TOKEN_ENDPOINT: `${server.url}/token`,
      OAUTHCTL_CLIENT_ID: 'job',
      SUBJECT,
      ACTOR,
      JWT,
      ...env,
    },
    options,
  )
}

function sent(server: { requests: Received[] }): Record<string, string> {
  const params = server.requests.at(-1)?.params
  return Object.fromEntries([...(params ?? [])].filter(([name]) => name !== 'client_id'))
}

function expectRedacted(result: Result): void {
  for (const secret of [SUBJECT, ACTOR, JWT]) expect(result.stderr).not.toContain(secret)
}

describe('token exchange (RFC 8693)', () => {
  it('sends subject and actor with their types, and tells the type that came', async () => {
    const server = await startExchange({ issued_token_type: `${TYPE}:jwt`, scope: 'a' })
    const result = await run(server, [
      '--token-exchange',
      '--subject-token',
      'env:SUBJECT',
      '--subject-token-type',
      'id_token',
      '--actor-token',
      'env:ACTOR',
      '--actor-token-type',
      'urn:example:badge',
      '--requested-token-type',
      'jwt',
      '--audience',
      'orders',
      '--scope',
      'a',
      '--json',
      '--resource',
      'https://api.example.com',
      '--resource',
      'https://b.example.com',
      '-vv',
    ])
    expect(result).toMatchObject({ code: 0 })
    expect(JSON.parse(result.stdout)).toMatchObject({
      access_token: 'at-exchanged',
      issued_token_type: `${TYPE}:jwt`,
      scope: 'a',
    })
    expect(sent(server)).toEqual({
      grant_type: EXCHANGE,
      subject_token: SUBJECT,
      subject_token_type: `${TYPE}:id_token`,
      actor_token: ACTOR,
      actor_token_type: 'urn:example:badge',
      requested_token_type: `${TYPE}:jwt`,
      audience: 'orders',
      scope: 'a',
      resource: 'https://b.example.com',
    })
    expect(server.requests[0]?.params.getAll('resource')).toHaveLength(2)
    expectRedacted(result)
  })

  it('is not cached, and takes what is no access token', async () => {
    const server = await startExchange({ token_type: 'N_A', issued_token_type: `${TYPE}:id_token` })
    const world = ownWorld({ SUBJECT })
    const args = ['token', '--token-exchange', '--subject-token', 'env:SUBJECT', '--client-id', 'j']
    for (const count of [1, 2]) {
      const result = await world.run([...args, '--token-endpoint', `${server.url}/token`])
      expect(result).toMatchObject({ code: 0, stdout: 'at-exchanged\n', stderr: '' })
      expect(server.requests).toHaveLength(count)
    }
  })

  it('takes the subject from a file, a command and a pipe, and refuses a literal', async () => {
    const server = await startExchange()
    const file = join(ownWorld().root, 'subject')
    writeFileSync(file, `${SUBJECT}\n`, { mode: 0o600 })
    for (const reference of [`file:${file}`, `cmd:cat ${file}`, '-']) {
      const input = reference === '-' ? { input: SUBJECT } : {}
      const args = ['--token-exchange', '--subject-token', reference]
      expect(await run(server, args, {}, input)).toMatchObject({ code: 0, stderr: '' })
      expect(sent(server)['subject_token']).toBe(SUBJECT)
    }
    for (const option of ['--subject-token', '--actor-token', '--assertion']) {
      const literal = await run(server, ['--token-exchange', option, 'literal-token-1'])
      expect(literal).toMatchObject({ code: 2, stdout: '' })
      expect(literal.stderr).toContain(`${option} env:`)
      expect(literal.stderr).not.toContain('literal-token-1')
    }
  })

  it('takes the variables, whose values are references', async () => {
    const server = await startExchange()
    const result = await run(server, [], {
      OAUTHCTL_GRANT_TYPE: EXCHANGE,
      OAUTHCTL_SUBJECT_TOKEN: 'env:SUBJECT',
      OAUTHCTL_SUBJECT_TOKEN_TYPE: 'jwt',
    })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(sent(server)).toMatchObject({ subject_token_type: `${TYPE}:jwt` })
  })

  it('without a subject and a session: 3; an actor type without actor: 2', async () => {
    const server = await startExchange()
    expect(await run(server, ['--token-exchange'], {}, {})).toMatchObject({ stdout: '' })
    const world = ownWorld()
    const args = ['token', '--token-exchange', '--client-id', 'j', '--token-endpoint']
    const none = await world.run([...args, `${server.url}/token`, '--json'])
    expect(none).toMatchObject({ code: 3, stdout: '' })
    const type = ['--subject-token', 'env:SUBJECT', '--actor-token-type', 'jwt']
    expect(await run(server, ['--token-exchange', ...type])).toMatchObject({ code: 2 })
    expect(server.requests).toEqual([])
  })

  it.each(['--client-credentials', '--jwt-bearer'])('and %s: 2', async (option) => {
    const server = await startExchange()
    expect(await run(server, ['--token-exchange', option])).toMatchObject({ code: 2, stdout: '' })
  })
})

describe("the profile's own session as the subject", () => {
  let server: AuthorizationServer
  beforeAll(async () => {
    server = await startAuthorizationServer({ alwaysRefreshToken: true })
  })
  afterAll(() => server.stop())
  beforeEach(() => server.reset())

  it('is refreshed when needed, and never goes to another server', async () => {
    const world = ownWorld()
    const client = ['--issuer', server.issuer, '--client-id', 'oauthctl-demo', '--scope', 'openid']
    expect(await world.login(client)).toMatchObject({ code: 0 })
    const subjects: (string | null)[] = []
    server.respond(
      (request) => request.params.get('grant_type') === EXCHANGE,
      (request) => {
        subjects.push(request.params.get('subject_token'))
        const issued = { issued_token_type: `${TYPE}:access_token` }
        return { json: { access_token: 'at-2', token_type: 'Bearer', ...issued } }
      },
    )
    const own = (await world.run(['token'])).stdout.trim()
    const args = ['token', '--token-exchange', '--audience', 'orders']
    expect(await world.run(args)).toMatchObject({ code: 0, stdout: 'at-2\n', stderr: '' })
    expect(subjects).toEqual([own])
    await expireIn(world, -1)
    expect(await world.run(args)).toMatchObject({ code: 0, stdout: 'at-2\n', stderr: '' })
    const renewed = (await world.run(['token'])).stdout.trim()
    expect(subjects).toEqual([own, renewed])
    expect(renewed).not.toBe(own)

    const other = await startExchange()
    for (const option of ['--token-endpoint', '--issuer']) {
      const address = option === '--issuer' ? other.url : `${other.url}/token`
      if (option === '--issuer') {
        const metadata = { issuer: other.url, token_endpoint: `${other.url}/token` }
        other.on('GET /.well-known/openid-configuration', { json: metadata })
      }
      const away = await world.run([...args, option, address, '--json'])
      expect(away).toMatchObject({ code: 2, stdout: '' })
      expect(toldError(away).code).toBe('session_of_other_server')
    }
    expect(other.requests.filter(({ path }) => path === '/token')).toEqual([])
  })
})

describe('a JWT as the grant (RFC 7523)', () => {
  it('comes by reference', async () => {
    const server = await startExchange()
    const args = ['--jwt-bearer', '--assertion', 'env:JWT', '--scope', 'a b', '-vv']
    const result = await run(server, args)
    expect(result).toMatchObject({ code: 0, stdout: 'at-exchanged\n' })
    expect(sent(server)).toEqual({ grant_type: BEARER, assertion: JWT, scope: 'a b' })
    expectRedacted(result)
  })

  it('that is missing: 2, which says how to name it', async () => {
    const server = await startExchange()
    const result = await run(server, ['--jwt-bearer'])
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toContain('--assertion')
  })

  it('that the server refuses: 4, not a matter of the login', async () => {
    const server = await startExchange()
    const json = { error: 'invalid_grant', error_description: 'the assertion is too old' }
    server.on('POST /token', { status: 400, json })
    const result = await run(server, ['--jwt-bearer', '--assertion', 'env:JWT', '--json'])
    expect(result).toMatchObject({ code: 4, stdout: '' })
    const { message, hint } = toldError(result)
    expect(message).toContain('the assertion is too old')
    expect(hint).not.toContain('oauthctl login')
  })
})

describe('any other grant', () => {
  it('is made of --token-param', async () => {
    const server = await startExchange()
    const args = ['--grant-type', 'urn:example:grant', '--token-param', 'a=1', '--token-param']
    const result = await run(server, [...args, 'b=x=y'])
    expect(result).toMatchObject({ code: 0, stdout: 'at-exchanged\n', stderr: '' })
    expect(sent(server)).toEqual({ grant_type: 'urn:example:grant', a: '1', b: 'x=y' })
  })

  it('that the server does not know: 4', async () => {
    const server = await startExchange()
    server.on('POST /token', { status: 400, json: { error: 'unsupported_grant_type' } })
    expect(await run(server, ['--grant-type', 'urn:example:grant'])).toMatchObject({ code: 4 })
  })
})

describe("the job's identity", () => {
  /** GitHub Actions, as its documentation says; the audience stands in the token. */
  async function startPlatform(): Promise<{ env: Env; platform: FakeServer; last: () => string }> {
    let last = ''
    const platform = await startFakeServer({
      'GET /idtoken': (request) => {
        const claims = JSON.stringify({ aud: request.query.get('audience'), jti: Math.random() })
        last = `eyJhbGciOiJFUzI1NiJ9.${Buffer.from(claims).toString('base64url')}.c2ln`
        return { json: { value: last } }
      },
    })
    onTestFinished(() => platform.stop())
    const env = {
      GITHUB_ACTIONS: 'true',
      ACTIONS_ID_TOKEN_REQUEST_URL: `${platform.url}/idtoken?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runner-bearer-0123456789',
    }
    return { env, platform, last: () => last }
  }

  it.each([
    ['--client-credentials', 'client_assertion'],
    ['--token-exchange', 'subject_token'],
    ['--jwt-bearer', 'assertion'],
  ])('with %s is the %s', async (grant, parameter) => {
    const server = await startExchange()
    const { env, platform, last } = await startPlatform()
    const result = await run(server, [grant, '--identity', 'auto', '-vv'], env)
    expect(result).toMatchObject({ code: 0, stdout: 'at-exchanged\n' })
    expect(sent(server)[parameter]).toBe(last())
    const assertions = ['client_assertion', 'subject_token', 'assertion']
    expect(assertions.filter((name) => name in sent(server))).toEqual([parameter])
    expect(platform.requests[0]?.query.get('audience')).toBe(`${server.url}/token`)
    for (const secret of [last(), 'runner-bearer']) expect(result.stderr).not.toContain(secret)
    if (parameter === 'subject_token')
      expect(sent(server)['subject_token_type']).toBe(`${TYPE}:jwt`)
  })

  it('is for another audience where one is named', async () => {
    const server = await startExchange()
    const { env, platform } = await startPlatform()
    const args = ['--client-credentials', '--identity', 'github-actions']
    const result = await run(server, [...args, '--identity-audience', 'api://exchange'], env)
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(platform.requests[0]?.query.get('audience')).toBe('api://exchange')
  })

  it('that nobody gives: 2, with the setting that brings it', async () => {
    const server = await startExchange()
    const env = { GITHUB_ACTIONS: 'true' }
    const result = await run(server, ['--client-credentials', '--identity', 'auto'], env)
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toMatch(/ACTIONS_ID_TOKEN_REQUEST_URL[\s\S]*id-token: write/)
    expect(server.requests).toEqual([])
  })
})

describe('a parameter that is a secret by its name', () => {
  it('is refused as a literal, and looked up as a reference', async () => {
    const server = await startFakeServer({
      'POST /token': { json: { access_token: 'given', token_type: 'Bearer' } },
    })
    const world = createWorld()
    const args = ['token', '--grant-type', 'password', '--client-id', 'cli']
    args.push('--token-endpoint', `${server.url}/token`, '--token-param')
    const literal = await world.run([...args, 'password=hunter2hunter2'])
    expect(literal).toMatchObject({ code: 2, stdout: '' })
    expect(literal.stderr).not.toContain('hunter2')
    expect(server.requests).toEqual([])
    const env = { PASSWORD_HERE: 'hunter2hunter2' }
    const looked = await world.run([...args, 'password=env:PASSWORD_HERE'], { env })
    expect(looked).toMatchObject({ code: 0, stdout: 'given\n' })
    expect(server.requests[0]?.params.get('password')).toBe('hunter2hunter2')
    await world.close()
    await server.stop()
  })
})

describe('a token that was got by the identity of a job', () => {
  it('is not kept for the next job on the machine', async () => {
    let count = 0
    const server = await startFakeServer({
      'POST /token': () => ({
        json: { access_token: `t${++count}`, token_type: 'Bearer', expires_in: 900 },
      }),
    })
    const world = createWorld()
    const args = ['token', '--client-credentials', '--client-id', 'cli', '--identity', 'env:JOB']
    args.push('--token-endpoint', `${server.url}/token`)
    for (const [job, token] of [
      ['first-job', 't1'],
      ['second-job', 't2'],
    ] as const) {
      const result = await world.run(args, { env: { JOB: job } })
      expect(result).toMatchObject({ code: 0, stdout: `${token}\n` })
    }
    await world.close()
    await server.stop()
  })
})
