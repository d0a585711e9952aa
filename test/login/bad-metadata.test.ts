import { createServer } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { close, listen } from '../support/listen.ts'
import { startFakeServer, type FakeServer } from '../support/fake-server.ts'
import type { Reply } from '../support/http-exchange.ts'
import { createWorld, type World } from '../support/world.ts'
import { storedEntries, toldError, warnings } from './logins.ts'

const openId = 'GET /.well-known/openid-configuration'
const oauth = 'GET /.well-known/oauth-authorization-server'
let server: FakeServer
let world: World

beforeEach(async () => {
  server = await startFakeServer()
  world = createWorld()
})
afterEach(async () => {
  await world.close()
  await server.stop()
})

/** A login whose browser is the system's stand-in, so that an opened one would show. */
function login(...more: string[]) {
  return world.run(['login', '--json', '--client-id', 'x', '--issuer', server.url, ...more])
}

function metadata(changes: Record<string, unknown> = {}) {
  return {
    issuer: server.url,
    authorization_endpoint: `${server.url}/auth`,
    token_endpoint: `${server.url}/token`,
    jwks_uri: `${server.url}/jwks`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    ...changes,
  }
}

function expectNothingHappened(): void {
  expect(world.openedUrls()).toEqual([])
  expect(storedEntries(world)).toEqual([])
}

describe('an issuer that gives no usable metadata', () => {
  const html = '<!DOCTYPE html><html><body>Welcome</body></html>'
  const cases: [string, Reply, string, string][] = [
    ['HTML', { body: html, headers: { 'content-type': 'text/html' } }, 'metadata_html', 'HTML'],
    ['404', { status: 404 }, 'metadata_not_found', '404'],
    ['403', { status: 403 }, 'metadata_status', '403'],
    ['500', { status: 500 }, 'metadata_status', '500'],
    [
      'a redirect',
      { status: 302, headers: { location: 'https://elsewhere.example/x' } },
      'redirected',
      'https://elsewhere.example/x',
    ],
    ['nothing in it', { body: '' }, 'metadata_not_json', 'nothing'],
    ['broken JSON', { body: '{"issuer":' }, 'metadata_not_json', 'no JSON'],
    ['a JSON list', { json: [1] }, 'metadata_no_issuer', 'no issuer'],
    ['JSON null', { json: null }, 'metadata_no_issuer', 'no issuer'],
    ['an issuer that is no text', { json: { issuer: 7 } }, 'metadata_no_issuer', 'no issuer'],
    ['too much', { body: 'x'.repeat(10_000_000) }, 'response_too_large', '1 MiB'],
    ['an abort', 'drop', 'answer_lost', 'broke'],
  ]
  test.each(cases)('%s', async (_, reply, code, words) => {
    server.on(openId, reply)
    server.on(oauth, reply)
    const result = await login()
    expect(result).toMatchObject({ code: 5, stdout: '' })
    expect(toldError(result)).toMatchObject({ code, exit_code: 5 })
    expect(toldError(result).message).toContain(words)
    expect(toldError(result).hint).toBeTruthy()
    expectNothingHappened()
  })

  test.each([
    [500, {}, 'Run the command again in a while'],
    [503, { 'retry-after': '120' }, 'Run the command again in 120 s'],
  ])('%i passes, and the hint says when to come back', async (status, headers, hint) => {
    server.on(openId, { status, headers })
    server.on(oauth, { status: 404 })
    const result = await login()
    expect(result.code).toBe(5)
    expect(toldError(result)).toMatchObject({ code: 'metadata_status', retryable: true, hint })
  })

  test('nowhere: the issuer is named, and both ways on', async () => {
    for (const address of [openId, oauth]) server.on(address, { status: 404 })
    const result = await login()
    expect(toldError(result).message).toContain(`no metadata at any known address of ${server.url}`)
    expect(toldError(result).hint).toContain(`oauthctl discover ${server.url}`)
    expect(toldError(result).hint).toContain('--token-endpoint')
  })

  test('another issuer, also one that differs in a slash only', async () => {
    for (const issuer of [`${server.url}/`, 'https://evil.example', server.url.toUpperCase()]) {
      server.on(openId, { json: metadata({ issuer }) })
      const result = await login()
      expect(result).toMatchObject({ code: 5, stdout: '' })
      expect(toldError(result).code).toBe('issuer_mismatch')
      expect(toldError(result).hint).toContain(`--issuer ${issuer}`)
    }
    expectNothingHappened()
  })

  test('nothing listens there', async () => {
    const other = createServer()
    const port = await listen(other)
    await close(other)
    const issuer = `http://127.0.0.1:${port}`
    const result = await world.run(['login', '--json', '--client-id', 'x', '--issuer', issuer])
    expect(result).toMatchObject({ code: 5, stdout: '' })
    expect(toldError(result)).toMatchObject({ code: 'network_unreachable', retryable: true })
    expect(toldError(result).message).toContain(`nothing listens at 127.0.0.1:${port}`)
    expectNothingHappened()
  })

  test('a server that never answers ends with --timeout', async () => {
    server.on(openId, 'hang')
    const result = await login('--timeout', '1')
    expect(result).toMatchObject({ code: 5, stdout: '' })
    expect(toldError(result)).toMatchObject({ code: 'timeout', retryable: true })
    expect(toldError(result).hint).toContain('--timeout')
    expectNothingHappened()
  })

  test('metadata without an endpoint names the option for it', async () => {
    for (const name of ['authorization_endpoint', 'token_endpoint']) {
      server.on(openId, { json: metadata({ [name]: undefined }) })
      const result = await login()
      expect(result.stdout).toBe('')
      expect(toldError(result).code).toBe('endpoint_missing')
      expect(toldError(result).hint).toContain(`--${name.replace('_', '-')}`)
    }
    expectNothingHappened()
  })
})

describe('metadata with members of the wrong type', () => {
  test('counts as silent about them', async () => {
    const odd = metadata({
      scopes_supported: 7,
      code_challenge_methods_supported: 'S256',
      token_endpoint_auth_methods_supported: { none: true },
      grant_types_supported: [7, null],
      id_token_signing_alg_values_supported: null,
      authorization_response_iss_parameter_supported: 'true',
    })
    server.on(openId, { json: odd })
    const running = world.start(['login', '-v', '--client-id', 'x', '--issuer', server.url])
    const [url] = await running.waitForStderr(/^http\S+\/auth\?\S+$/m)
    expect(new URL(url).searchParams.get('scope')).toBe('openid')
    expect(running.stderr()).toMatch(/does not say whether it checks PKCE/)
  })

  test('an endpoint that is no text is none', async () => {
    server.on(openId, { json: metadata({ token_endpoint: ['https://x.example/'] }) })
    const result = await login()
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(toldError(result).code).toBe('endpoint_missing')
  })
})

describe('PKCE', () => {
  test('a server without S256 is refused', async () => {
    for (const methods of [['plain'], []]) {
      server.on(openId, { json: metadata({ code_challenge_methods_supported: methods }) })
      const result = await login()
      expect(result).toMatchObject({ code: 5, stdout: '' })
      expect(toldError(result).code).toBe('pkce_s256_unsupported')
    }
    expectNothingHappened()
  })

  test('a server that says nothing gets S256, which --verbose notes', async () => {
    server.on(openId, { json: metadata({ code_challenge_methods_supported: undefined }) })
    const running = world.start(['login', '-v', '--client-id', 'x', '--issuer', server.url])
    const [url] = await running.waitForStderr(/^http\S+\/auth\?\S+$/m)
    expect(new URL(url).searchParams.get('code_challenge_method')).toBe('S256')
    expect(running.stderr()).toMatch(/does not say whether it checks PKCE/)
  })
})

describe('plain http', () => {
  test('to another machine is refused, whichever address it is', async () => {
    const issuer = 'http://login.example.invalid'
    const refused = await world.run(['login', '--json', '--client-id', 'x', '--issuer', issuer])
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(toldError(refused).code).toBe('insecure_url')
    expect(toldError(refused).hint).toContain('--allow-http')
    expectNothingHappened()
  })

  test('an authorization or token endpoint that is not https is never used', async () => {
    for (const name of ['authorization_endpoint', 'token_endpoint']) {
      server.on(openId, { json: metadata({ [name]: 'http://login.example.invalid/x' }) })
      const result = await login()
      expect(result).toMatchObject({ code: 5, stdout: '' })
      expect(toldError(result).code).toBe('insecure_endpoint')
      expect(toldError(result).message).toContain(`${name} that is not https: http://login.example`)
      const own = await login(`--${name.replace('_', '-')}`, 'http://login.example.invalid/x')
      expect(own).toMatchObject({ code: 2, stdout: '' })
      expect(toldError(own).code).toBe('insecure_url')
    }
    expectNothingHappened()
  })

  test.each(['javascript:alert(1)', 'file:///etc/passwd', 'ftp://x.example/', 'not a url'])(
    'an authorization endpoint %s is never opened',
    async (endpoint) => {
      server.on(openId, { json: metadata({ authorization_endpoint: endpoint }) })
      const result = await login()
      expect(result).toMatchObject({ code: 5, stdout: '' })
      expect(toldError(result).code).toBe('insecure_endpoint')
      expectNothingHappened()
    },
  )

  test('--allow-http goes there, and warns', async () => {
    const args = ['login', '--json', '--client-id', 'x', '--allow-http']
    const issuer = 'http://login.example.invalid'
    const result = await world.run([...args, '--issuer', issuer, '--timeout', '5'])
    expect(result.code).toBe(5)
    expect(toldError(result).code).not.toBe('insecure_url')
    expect(warnings(result)).toEqual([expect.stringContaining('--allow-http')])
  })

  test.each([
    ['login.example.com', 'issuer_invalid'],
    ['https://login.example.com?x=1', 'issuer_invalid'],
    ['https://u:p@login.example.com', 'literal_secret'],
  ])('an issuer %s is no issuer', async (issuer, code) => {
    const result = await world.run(['login', '--json', '--client-id', 'x', '--issuer', issuer])
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(toldError(result).code).toBe(code)
  })
})

test('a wrong address is told before the store is asked', async () => {
  const env = { OAUTHCTL_STORE: undefined, DBUS_SESSION_BUS_ADDRESS: undefined }
  for (const option of ['--issuer', '--token-endpoint']) {
    const args = ['--client-id', 'x', '--issuer', server.url, option, 'ftp://login.example']
    const result = await world.run(['login', '--json', ...args], { env })
    expect(result).toMatchObject({ code: 2, stdout: '' })
  }
  const bare = await world.run(['login', '--json', '--client-id', 'x', '--issuer', 'example.com'])
  expect(toldError(bare).hint).toBe('Write the whole address: https://example.com')
})
