import { createHash, randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startAuthorizationServer, type AuthorizationServer } from './authorization-server.ts'
import { loginWithChromium } from './chromium.ts'
import { startFakeServer } from './fake-server.ts'
import { startProtectedApi, type ProtectedApi } from './protected-api.ts'
import { requireTool } from './requirements.ts'
import { walkLogin } from './robot.mjs'

let server: AuthorizationServer
let api: ProtectedApi

beforeAll(async () => {
  server = await startAuthorizationServer()
  api = await startProtectedApi({ issuer: server.issuer })
})
afterEach(() => server.reset())
afterAll(async () => {
  await api.stop()
  await server.stop()
})

const redirectUri = 'http://127.0.0.1:54321/callback'
const scope = 'openid profile offline_access api:read'

function authorization(parameters: Record<string, string> = {}) {
  const verifier = randomBytes(32).toString('base64url')
  const url = new URL(`${server.issuer}/auth`)
  url.search = new URLSearchParams({
    client_id: 'oauthctl-demo',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    prompt: 'consent',
    state: 'a-state',
    nonce: 'a-nonce',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...parameters,
  }).toString()
  return { url: url.href, verifier }
}

function tokenRequest(parameters: Record<string, string>) {
  return fetch(`${server.issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: 'oauthctl-demo', ...parameters }),
  })
}

interface Tokens {
  access_token: string
  refresh_token: string
  id_token: string
  scope: string
}

async function login(parameters: Record<string, string> = {}, resource = {}): Promise<Tokens> {
  const { url, verifier } = authorization(parameters)
  const end = await walkLogin(url, { onRedirectUri: () => false })
  const code = new URL(end.redirectUri ?? '').searchParams.get('code') ?? ''
  const answer = await tokenRequest({
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: redirectUri,
    ...resource,
  })
  expect(answer.status).toBe(200)
  return (await answer.json()) as Tokens
}

function refresh(refreshToken: string, more = {}) {
  return tokenRequest({ grant_type: 'refresh_token', refresh_token: refreshToken, ...more })
}

describe('the authorization server', () => {
  test('logs in by robot and answers with iss (RFC 9207)', async () => {
    const end = await walkLogin(authorization().url, { onRedirectUri: () => false })
    const answer = new URL(end.redirectUri ?? '').searchParams
    expect(answer.get('state')).toBe('a-state')
    expect(answer.get('iss')).toBe(server.issuer)
    expect(answer.get('code')).toMatch(/./)
  })

  test('rotates refresh tokens and ends the family when one is used twice', async () => {
    const first = await login()
    expect(first.scope.split(' ')).toContain('api:read')
    const second = await refresh(first.refresh_token)
    expect(second.status).toBe(200)
    const rotated = (await second.json()) as Tokens
    expect(rotated.refresh_token).not.toBe(first.refresh_token)
    const reused = await refresh(first.refresh_token)
    expect([reused.status, await reused.json()]).toMatchObject([400, { error: 'invalid_grant' }])
    expect((await refresh(rotated.refresh_token)).status).toBe(400)
    expect(server.requestsTo('/token', 'refresh_token')).toHaveLength(3)
  })

  test('tells the redirect that the person denied, and shows a wrong password', async () => {
    const denied = await walkLogin(authorization().url, {
      consent: 'deny',
      onRedirectUri: () => false,
    })
    expect(new URL(denied.redirectUri ?? '').searchParams.get('error')).toBe('access_denied')
    const wrong = await walkLogin(authorization().url, { password: 'nonsense' })
    expect(wrong.body).toContain('Wrong user name or password')
    expect(wrong.redirectUri).toBeUndefined()
  })

  test('gives a JWT for a resource and accepts any loopback redirect', async () => {
    for (const uri of ['http://localhost:9/callback', 'http://[::1]:9/callback']) {
      const end = await walkLogin(authorization({ redirect_uri: uri }).url, {
        onRedirectUri: () => false,
      })
      expect(end.redirectUri?.startsWith(`${uri}?`)).toBe(true)
    }
    const tokens = await login({ resource: api.url }, { resource: api.url })
    expect(tokens.access_token.split('.')).toHaveLength(3)
    const hello = await fetch(`${api.url}/hello`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    expect(await hello.json()).toEqual({ message: 'Hello, user-demo', scope: 'api:read' })
  })

  test('serves clients with a secret, in the header and in the body', async () => {
    const { basic, post } = server.clients
    const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)
    const pair = `${encode(basic.client_id)}:${encode(basic.client_secret)}`
    const inHeader = await fetch(`${server.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'api:read' }),
    })
    expect(inHeader.status).toBe(200)
    const inBody = await tokenRequest({
      grant_type: 'client_credentials',
      client_id: post.client_id,
      client_secret: post.client_secret,
      resource: api.url,
      scope: 'api:read',
    })
    expect(await inBody.json()).toMatchObject({ token_type: 'Bearer', scope: 'api:read' })
    const unknown = await tokenRequest({
      grant_type: 'client_credentials',
      client_id: post.client_id,
      client_secret: post.client_secret,
      resource: 'https://elsewhere.example.com',
    })
    expect(await unknown.json()).toMatchObject({ error: 'invalid_target' })
  })

  test('a person grants less than was asked for', async () => {
    const own = server
    server = await startAuthorizationServer({ withhold: ['api:write'], accessTokenTtl: 5 })
    try {
      const tokens = await login({ scope: `${scope} api:write` })
      expect(tokens).toMatchObject({ scope, expires_in: 5 })
    } finally {
      await server.stop()
      server = own
    }
  })

  test('the API wants a token, and the scope for what is done', async () => {
    const { access_token: token } = await login()
    const call = (method: string, value: string) =>
      fetch(`${api.url}/echo`, { method, headers: { authorization: `Bearer ${value}` } })
    expect((await fetch(`${api.url}/echo`)).headers.get('www-authenticate')).toMatch(/^Bearer /)
    expect((await call('GET', 'nonsense')).status).toBe(401)
    expect((await call('GET', token)).status).toBe(200)
    expect((await call('POST', token)).status).toBe(403)
  })

  test('ends the session of the browser by a page with a form', async () => {
    const { id_token: hint } = await login()
    const end = await walkLogin(`${server.issuer}/session/end?id_token_hint=${hint}`)
    expect([end.status, end.body]).toEqual([200, expect.stringContaining('Signed out')])
  })

  test.runIf(requireTool('chromium'))('logs in with a real browser', async () => {
    const listener = await startFakeServer({
      'GET /callback': { headers: { 'content-type': 'text/html' }, body: '<h1>done</h1>' },
    })
    const { page, close } = await loginWithChromium(
      authorization({ redirect_uri: `${listener.url}/callback` }).url,
    )
    expect(await page.getByRole('heading').textContent()).toBe('done')
    expect(page.url()).toContain('code=')
    await close()
    await listener.stop()
  })
})

describe('fault injection', () => {
  test('answers instead, once, and changes answers', async () => {
    server.respond('/token', () => ({ status: 500, body: '<h1>oops</h1>' }), { times: 1 })
    expect((await refresh('x')).status).toBe(500)
    expect((await refresh('x')).status).toBe(400)
    server.respond('/token', () => 'drop')
    await expect(refresh('x')).rejects.toThrow('fetch failed')
    server.reset()
    server.alterMetadata((json) => ({ ...json, issuer: 'https://other.example.com' }))
    const metadata = await fetch(`${server.issuer}/.well-known/openid-configuration`)
    expect(await metadata.json()).toMatchObject({ issuer: 'https://other.example.com' })
  })

  test('changes the claims of the ID token and signs it again', async () => {
    server.alterIdToken((claims) => ({ ...claims, nonce: 'another' }))
    server.alterTokenResponse((json) => ({ ...json, scope: 'openid' }))
    const tokens = await login()
    const payload = Buffer.from(tokens.id_token.split('.')[1] ?? '', 'base64url').toString()
    expect(JSON.parse(payload)).toMatchObject({ nonce: 'another', preferred_username: 'demo' })
  })

  test('loses an answer after the server has rotated the token', async () => {
    const { refresh_token: token } = await login()
    server.alter('/token', () => 'drop', { times: 1 })
    await expect(refresh(token)).rejects.toThrow('fetch failed')
    expect((await refresh(token)).status).toBe(400)
  })

  test('goes down and comes back with what it knew', async () => {
    const { refresh_token: token } = await login()
    await server.pause()
    await expect(refresh(token)).rejects.toThrow('fetch failed')
    await server.resume()
    expect((await refresh(token)).status).toBe(200)
  })

  test('a fake server fails on what nobody wrote down', async () => {
    const fake = await startFakeServer({ 'GET /here': { json: { ok: true } } })
    expect(await (await fetch(`${fake.url}/here`)).json()).toEqual({ ok: true })
    expect((await fetch(`${fake.url}/there`)).status).toBe(500)
    await expect(fake.stop()).rejects.toThrow('unexpected request: GET /there')
  })
})
