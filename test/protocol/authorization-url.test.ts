import { expect, test } from 'vitest'
import type { Settings } from '../../src/config/settings.ts'
import { authorizationUrl, isOpenId } from '../../src/protocol/authorization-url.ts'

const SECRETS = { verifier: 'the-verifier', challenge: 'the-challenge', state: 's', nonce: 'n' }
const REDIRECT = 'http://127.0.0.1:1234/callback'

function ask(settings: Settings, endpoint = 'https://host/authorize'): URL {
  const metadata = { issuer: 'https://host', authorization_endpoint: endpoint }
  const server = { metadata, issuer: 'https://host' }
  return new URL(authorizationUrl(server, { client_id: 'cli', ...settings }, SECRETS, REDIRECT))
}
const parameters = (url: URL) => Object.fromEntries(url.searchParams)

test('the least that a request has, PKCE always', () => {
  expect(parameters(ask({}))).toEqual({
    response_type: 'code',
    client_id: 'cli',
    redirect_uri: REDIRECT,
    state: 's',
    code_challenge: 'the-challenge',
    code_challenge_method: 'S256',
  })
})

test('the verifier stays here', () => {
  expect(ask({ scope: 'openid' }).href).not.toContain('the-verifier')
})

test.each([
  [{ scope: 'openid a' }, { scope: 'openid a', nonce: 'n' }],
  [{ scope: 'a' }, { scope: 'a' }],
  [{ audience: 'api' }, { audience: 'api' }],
  [{ prompt: 'login consent' }, { prompt: 'login consent' }],
  [{ login_hint: 'zoë@example.com' }, { login_hint: 'zoë@example.com' }],
  [{ acr_values: 'a b' }, { acr_values: 'a b' }],
  [{ max_age: 0 }, { max_age: '0' }],
  [{ authorization_param: { ui_locales: 'de', x: 'a&b=c' } }, { ui_locales: 'de', x: 'a&b=c' }],
  [{ authorization_param: { prompt: 'none' }, prompt: 'login' }, { prompt: 'none' }],
] satisfies [Settings, Record<string, string>][])('%j adds %j', (settings, more) => {
  expect(parameters(ask(settings))).toEqual({ ...parameters(ask({})), ...more })
})

test('each resource is a parameter of its own', () => {
  const url = ask({ resource: ['https://a', 'https://b'] })
  expect(url.searchParams.getAll('resource')).toEqual(['https://a', 'https://b'])
})

test('a query of the endpoint stays (RFC 6749 section 3.1), ours wins', () => {
  const url = ask({}, 'https://host/authorize?tenant=x&client_id=other')
  expect(parameters(url)).toMatchObject({ tenant: 'x', client_id: 'cli' })
  expect(url.searchParams.getAll('client_id')).toEqual(['cli'])
})

test.each([
  'client_id',
  'code_challenge',
  'code_challenge_method',
  'nonce',
  'redirect_uri',
  'response_type',
  'state',
])('a free parameter cannot be %s', (name) => {
  expect(() => ask({ authorization_param: { [name]: 'x' } })).toThrow(
    expect.objectContaining({ code: 'option_invalid', exitCode: 2 }),
  )
})

test('a server without the endpoint names the option', () => {
  const server = { metadata: { issuer: 'https://host' }, issuer: 'https://host' }
  expect(() => authorizationUrl(server, {}, SECRETS, REDIRECT)).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('--authorization-endpoint') }),
  )
})

test.each([
  ['openid', true],
  ['a openid b', true],
  ['openidx', false],
  ['', false],
  [undefined, false],
])('the scope %j asks for an ID token: %s', (scope, expected) => {
  expect(isOpenId(scope)).toBe(expected)
})
