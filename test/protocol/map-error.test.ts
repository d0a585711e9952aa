import * as oauth from 'oauth4webapi'
import { expect, test } from 'vitest'
import { OauthctlError, StoreError } from '../../src/errors/families.ts'
import { renderError } from '../../src/errors/render.ts'
import { mapProtocolError } from '../../src/protocol/map-error.ts'
import { createRedactor } from '../../src/text/redact.ts'

const as: oauth.AuthorizationServer = { issuer: 'https://host', token_endpoint: 'https://host/t' }
const client: oauth.Client = { client_id: 'cli' }
const TOKEN = 'the-token-0123456789'

/** What the protocol library throws for this answer of the token endpoint. */
async function thrownFor(
  body: string,
  status = 200,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<unknown> {
  const response = new Response(body, { status, headers })
  try {
    const result = await oauth.processRefreshTokenResponse(as, client, response)
    throw new Error(`nothing was thrown for ${JSON.stringify(result)}`)
  } catch (error) {
    return mapProtocolError(error, 'the refresh')
  }
}

const error = (code: string) => JSON.stringify({ error: code })

test.each([
  ['invalid_grant', 4],
  ['invalid_client', 4],
  ['invalid_scope', 4],
  ['unauthorized_client', 4],
  ['access_denied', 4],
  ['made_up_by_the_server', 4],
  ['constructor', 4],
  ['toString', 4],
  ['__proto__', 4],
  ['login_required', 3],
  ['interaction_required', 3],
  ['consent_required', 3],
  ['server_error', 5],
  ['temporarily_unavailable', 5],
])('the error %s is exit code %i under its own name, with a hint', async (code, exitCode) => {
  const mapped = await thrownFor(error(code), 400)
  expect(mapped).toMatchObject({ code, exitCode, oauth: { error: code } })
  expect((mapped as OauthctlError).hint).toMatch(/^[A-Z]/)
  expect((mapped as OauthctlError).retryable).toBe(exitCode === 5)
})

test('description and address of an error go along, other members do not', async () => {
  const body = {
    error: 'invalid_scope',
    error_description: 'no such scope',
    error_uri: 'https://host/why',
    access_token: TOKEN,
  }
  const mapped = await thrownFor(JSON.stringify(body), 400)
  expect(mapped).toMatchObject({ message: expect.stringContaining('("no such scope")') })
  const { access_token: _, ...oauthParts } = body
  expect((mapped as OauthctlError).oauth).toStrictEqual(oauthParts)
})

test.each([
  [500, 'server_failed', true],
  [502, 'server_failed', true],
  [429, 'rate_limited', true],
  [404, 'invalid_response', false],
  [302, 'invalid_response', false],
])('status %i without an OAuth error', async (status, code, retryable) => {
  const mapped = await thrownFor('<html>', status, { 'content-type': 'text/html' })
  expect(mapped).toMatchObject({ code, exitCode: 5, retryable })
})

test('a challenge without a reason is a refusal', async () => {
  const headers = { 'content-type': 'text/plain', 'www-authenticate': 'Basic realm="x"' }
  expect(await thrownFor('', 401, headers)).toMatchObject({ code: 'unauthorized', exitCode: 4 })
})

const tokens = { access_token: TOKEN, refresh_token: TOKEN, id_token: TOKEN }

test.each([
  ['a member of the wrong type', JSON.stringify({ ...tokens, token_type: 5 })],
  ['a lifetime of the wrong type', JSON.stringify({ ...tokens, token_type: 'b', expires_in: 'x' })],
  ['an ID token that is none', JSON.stringify({ ...tokens, token_type: 'bearer' })],
  ['no access token', JSON.stringify({ ...tokens, access_token: undefined })],
  ['JSON that is cut', JSON.stringify(tokens).slice(0, -1)],
  ['a list', JSON.stringify([tokens])],
  ['an error with tokens beside it', JSON.stringify({ ...tokens, error: 'invalid_grant' })],
])('%s tells no token, in no way of showing it', async (_, body) => {
  for (const status of [200, 400, 500]) {
    for (const type of ['application/json', 'text/plain']) {
      const mapped = await thrownFor(body, status, { 'content-type': type })
      expect(mapped).toBeInstanceOf(OauthctlError)
      for (const verbose of [false, true]) {
        const redactor = createRedactor()
        const shown = renderError(mapped, { redactor, verbose, mark: (text) => text })
        expect(JSON.stringify(shown)).not.toContain(TOKEN)
      }
    }
  }
})

test('errors of oauthctl and what nobody foresaw pass as they are', () => {
  const own = new StoreError('locked', { code: 'store_locked' })
  expect(mapProtocolError(own, 'x')).toBe(own)
  const foreign = new TypeError('x')
  expect(mapProtocolError(foreign, 'x')).toBe(foreign)
})

test.each([
  ['"response" body "access_token" property must be a string', 'has no access_token'],
  ['unexpected ID Token "nonce" claim value', 'not the one this login sent'],
  ['response parameter "iss" (issuer) missing', 'RFC 9207'],
  ['unexpected "response" body "sub" property value', 'about another account'],
])('%s is told in our words', (said, words) => {
  const mapped = mapProtocolError(new oauth.OperationProcessingError(said), 'the login')
  expect(mapped).toMatchObject({ code: 'invalid_response', exitCode: 5 })
  expect((mapped as OauthctlError).message).toContain(words)
  expect((mapped as OauthctlError).hint).toMatch(/^Nothing was stored/)
  const other = mapProtocolError(new oauth.OperationProcessingError(said), 'userinfo')
  expect((other as OauthctlError).hint).not.toContain('stored')
})

test('a time that has passed points at the clock', () => {
  const said = 'unexpected JWT "exp" claim value, expiration is past current timestamp'
  const mapped = mapProtocolError(new oauth.OperationProcessingError(said), 'the refresh')
  expect((mapped as OauthctlError).hint).toContain("Check this machine's clock")
})

test('in a login, the hint of an error is about that login', async () => {
  const refused = (code: string) =>
    new oauth.AuthorizationResponseError('said', {
      cause: new URLSearchParams({ error: code }),
    } as ConstructorParameters<typeof oauth.AuthorizationResponseError>[1])
  const hint = (code: string, doing: string) =>
    (mapProtocolError(refused(code), doing) as OauthctlError).hint
  expect(hint('login_required', 'the login')).toBe('Log in without --prompt none')
  expect(hint('login_required', 'the refresh')).toBe('Log in: oauthctl login {profile}')
  expect(hint('invalid_grant', 'the login')).toBe('Run the same command again')
})
