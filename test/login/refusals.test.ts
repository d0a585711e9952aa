import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import type { Result } from '../support/program.ts'
import { reportingRobot, type SeenPage } from '../support/reporting-robot.ts'
import { createWorld, type World } from '../support/world.ts'
import { demoClient, jsonLines, toldError } from './logins.ts'

let server: AuthorizationServer
let world: World
let token: string

beforeAll(async () => {
  server = await startAuthorizationServer()
  world = createWorld()
  await world.login(demoClient(server, 'work'))
  token = (await world.run(['token', 'work'])).stdout
})
beforeEach(() => server.reset())
afterAll(async () => {
  await world.close()
  await server.stop()
})

/** The page of the latest `loginAgain`. */
let lastPage: () => Promise<SeenPage>

function loginAgain(flags: string[], ...more: string[]): Promise<Result> {
  const { browser, page } = reportingRobot(world.root, flags.join(' '))
  lastPage = page
  return world.run(['login', 'work', '--browser', browser, ...more])
}

/** Lets the authorization endpoint redirect back at once, with these parameters. */
function answerWith(parameters: Record<string, string | undefined>, repeat = ''): void {
  server.respond('/auth', ({ query }) => {
    const answer = { state: query.get('state') ?? '', iss: server.issuer, ...parameters }
    const kept = Object.entries(answer).filter(
      (one): one is [string, string] => one[1] !== undefined,
    )
    const location = `${query.get('redirect_uri')}?${new URLSearchParams(kept)}${repeat}`
    return { status: 302, headers: { location } }
  })
}

/** The access token of the earlier session, which no failed login may touch. */
async function storedToken(): Promise<string> {
  return (await world.run(['token', 'work'])).stdout
}

describe('an error from the authorization endpoint', () => {
  test.each([
    ['access_denied', 4, false],
    ['invalid_scope', 4, false],
    ['unauthorized_client', 4, false],
    ['invalid_request', 4, false],
    ['something_of_their_own', 4, false],
    ['login_required', 3, false],
    ['interaction_required', 3, false],
    ['consent_required', 3, false],
    ['account_selection_required', 3, false],
    ['server_error', 5, true],
    ['temporarily_unavailable', 5, true],
  ])('%s is exit code %i', async (error, exitCode, retryable) => {
    const parts = { error, error_description: 'the words of it', error_uri: 'https://e.example/x' }
    answerWith(parts)
    const result = await loginAgain([], '--json')
    expect(result).toMatchObject({ code: exitCode, stdout: '' })
    const lines = jsonLines(result.stderr)
    expect(Object.keys(lines[0] ?? {})).toEqual(['authorization_url'])
    expect(Object.keys(lines.at(-1) ?? {})).toEqual(['error'])
    expect(toldError(result)).toMatchObject({
      code: error,
      exit_code: exitCode,
      retryable,
      oauth: parts,
    })
    expect(toldError(result).message).toContain('the words of it')
    expect(server.requestsTo('/token')).toEqual([])
    const page = await lastPage()
    expect(page.status).toBe(400)
    expect(page.body).toContain('oauthctl login work')
    expect(page.body).not.toContain('the words of it')
    expect(await storedToken()).toBe(token)
  })

  test('a person who denies is told so in both places', async () => {
    const result = await loginAgain(['--deny'], '--prompt', 'consent')
    expect(result).toMatchObject({ code: 4, stdout: '' })
    expect(result.stderr).toMatch(/^error: .*access_denied \("The person denied the request"\)$/m)
    expect((await lastPage()).body).toContain('The access was not allowed')
    expect(await storedToken()).toBe(token)
  })

  test('--prompt none without a session at the server is login_required', async () => {
    const result = await loginAgain([], '--json', '--prompt', 'none')
    expect(result).toMatchObject({ code: 3, stdout: '' })
    expect(toldError(result).code).toBe('login_required')
    expect(toldError(result).oauth?.['error']).toBe('login_required')
  })
})

describe('an answer that breaks the protocol', () => {
  test.each([
    ['another iss', { code: 'x', iss: 'https://evil.example' }],
    ['an iss with a slash more', { code: 'x', iss: 'slash' }],
    ['no iss, which was promised', { code: 'x', iss: undefined }],
    ['neither code nor error', {}],
    ['a token in the place of a code', { access_token: 'x', token_type: 'bearer' }],
    ['an ID token beside the code', { code: 'x', id_token: 'a.b.c' }],
    ['a response of JARM', { code: 'x', response: 'a.b.c' }],
  ])('%s', async (_, parameters: Record<string, string | undefined>) => {
    const iss = parameters['iss'] === 'slash' ? { iss: `${server.issuer}/` } : {}
    answerWith({ ...parameters, ...iss })
    const result = await loginAgain([], '--json')
    expect(result).toMatchObject({ code: 5, stdout: '' })
    expect(toldError(result).code).not.toBe('internal')
    expect(server.requestsTo('/token')).toEqual([])
    expect(await lastPage()).toMatchObject({ status: 400 })
    expect(await storedToken()).toBe(token)
  })
})

describe('an answer of the token endpoint', () => {
  const html = { 'content-type': 'text/html' }
  test.each([
    ['HTML', { body: '<html>oops', headers: html }, 5],
    ['nothing', { body: '' }, 5],
    ['500', { status: 500, body: 'x' }, 5],
    ['503', { status: 503 }, 5],
    ['429', { status: 429 }, 5],
    ['404', { status: 404 }, 5],
    ['a redirect', { status: 307, headers: { location: 'https://evil.example/' } }, 5],
    ['no token', { json: { token_type: 'Bearer' } }, 5],
    ['a token that is no text', { json: { access_token: 7, token_type: 'Bearer' } }, 5],
    ['a token type that is not Bearer', { json: { access_token: 'x', token_type: 'mac' } }, 5],
    ['2 MB', { body: 'x'.repeat(2_000_000) }, 5],
    ['server_error', { status: 400, json: { error: 'server_error' } }, 5],
    ['invalid_grant', { status: 400, json: { error: 'invalid_grant' } }, 4],
    ['invalid_client', { status: 401, json: { error: 'invalid_client' } }, 4],
    ['an error under 200', { json: { error: 'invalid_scope' } }, 4],
  ])('%s', async (_, reply: object, exitCode) => {
    server.respond('/token', () => reply)
    const result = await loginAgain([], '--json')
    expect(result).toMatchObject({ code: exitCode, stdout: '' })
    expect(toldError(result).code).not.toBe('internal')
    expect(await lastPage()).toMatchObject({ status: 400 })
    expect(server.requestsTo('/token')).toHaveLength(1)
    expect(await storedToken()).toBe(token)
  })

  test.each(['a b', 'a\nb', 'a"b', "a'b", 'a\u001b[31mb', 'é', '=a', ''])(
    'an access token %j is no bearer token',
    async (text) => {
      server.alterTokenResponse((json) => ({ ...json, access_token: text }))
      const result = await loginAgain([], '--json')
      expect(result).toMatchObject({ code: 5, stdout: '' })
      expect(toldError(result).exit_code).toBe(5)
      expect(await storedToken()).toBe(token)
    },
  )

  test('a connection that breaks', async () => {
    server.respond('/token', () => 'drop')
    const result = await loginAgain([], '--json')
    expect(result).toMatchObject({ code: 5, stdout: '' })
    expect(toldError(result)).toMatchObject({ code: 'answer_lost' })
    expect(await storedToken()).toBe(token)
  })

  test('no answer within --timeout', async () => {
    server.respond('/token', () => 'hang')
    const result = await loginAgain([], '--json', '--timeout', '1')
    expect(result).toMatchObject({ code: 5, stdout: '' })
    expect(toldError(result)).toMatchObject({ code: 'timeout' })
    expect(await storedToken()).toBe(token)
  })
})
