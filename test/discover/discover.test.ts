import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startFakeServer, type FakeServer } from '../support/fake-server.ts'
import type { Reply } from '../support/http-exchange.ts'
import { createWorld, type World } from '../support/world.ts'

interface Report {
  issuer: string
  found: boolean
  url?: string
  tried: { url: string; form: string; result: string; detail?: string }[]
  error?: { code: string; message: string; hint?: string }
  findings?: { title: string; findings: { tone: string; name: string; text: string }[] }[]
  metadata?: Record<string, unknown>
}

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

const ofTenant = [
  '/tenant/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server/tenant',
  '/.well-known/openid-configuration/tenant',
  '/tenant/.well-known/oauth-authorization-server',
]
const ofRoot = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']

function metadata(issuer: string, more: Record<string, unknown> = {}) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    scopes_supported: ['openid', 'offline_access'],
    code_challenge_methods_supported: ['S256'],
    ...more,
  }
}

/** Answers at one of the addresses, and 404 at the others. */
function serveAt(paths: string[], path: string | undefined, reply: Reply): void {
  for (const one of paths) server.on(`GET ${one}`, one === path ? reply : { status: 404 })
}

async function report(url: string, ...more: string[]) {
  const result = await world.run(['discover', url, '--json', ...more])
  return { ...result, report: JSON.parse(result.stdout) as Report }
}

describe('where the metadata is', () => {
  test.each(ofTenant.map((path, index) => [path, index] as const))('%s', async (path, index) => {
    const issuer = `${server.url}/tenant`
    serveAt(ofTenant, path, { json: metadata(issuer) })
    const { code, stderr, report: told } = await report(issuer)
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(told).toMatchObject({ issuer, found: true, url: `${server.url}${path}` })
    expect(told.tried.map(({ url }) => url)).toEqual(
      ofTenant.slice(0, index + 1).map((one) => `${server.url}${one}`),
    )
    expect(told.tried.map(({ result }) => result)).toEqual([
      ...ofTenant.slice(0, index).map(() => 'metadata_not_found'),
      'ok',
    ])
    expect(told.metadata).toEqual(metadata(issuer))
  })

  test('of an issuer without a path, RFC 8414 alone', async () => {
    serveAt(ofRoot, ofRoot[1], { json: metadata(server.url) })
    const { code, report: told } = await report(server.url)
    expect(code).toBe(0)
    expect(told.url).toBe(`${server.url}${ofRoot[1]}`)
    expect(server.requests.map(({ path }) => path)).toEqual(ofRoot)
  })

  test('of an issuer that ends in a slash', async () => {
    const issuer = `${server.url}/tenant/`
    serveAt(ofTenant, ofTenant[0], { json: metadata(issuer) })
    expect((await report(issuer)).report).toMatchObject({ issuer, found: true })
  })

  test.each(ofTenant)('the address %s stands for its issuer', async (path) => {
    const issuer = `${server.url}/tenant`
    serveAt(ofTenant, path, { json: metadata(issuer) })
    const { code, report: told } = await report(`${server.url}${path}`)
    expect(code).toBe(0)
    expect(told).toMatchObject({ issuer, found: true })
  })

  test('the address stands for an issuer that ends in a slash, too', async () => {
    const issuer = `${server.url}/`
    serveAt(ofRoot, ofRoot[0], { json: metadata(issuer) })
    const { code, report: told } = await report(`${server.url}${ofRoot[0]}`)
    expect(told).toMatchObject({ issuer, found: true })
    expect(code).toBe(0)
  })
})

test('metadata under another content type is understood', async () => {
  const body = JSON.stringify(metadata(server.url))
  serveAt(ofRoot, ofRoot[0], { body, headers: { 'content-type': 'text/plain' } })
  expect((await report(server.url)).report.found).toBe(true)
})

describe('what it tells', () => {
  test('people: what was asked, and what oauthctl can do there', async () => {
    serveAt(ofRoot, ofRoot[0], { json: metadata(server.url) })
    const { code, stdout, stderr } = await world.run(['discover', server.url])
    expect(code).toBe(0)
    expect(stderr).toBe('')
    for (const line of [
      /^Issuer +http:\/\/127\.0\.0\.1:\d+$/m,
      /✓ \S+\/openid-configuration \(OpenID Connect Discovery\): found$/m,
      /token_endpoint +\S+\/token$/m,
      /✓ PKCE +S256$/m,
      /✓ refresh +with the scope offline_access$/m,
      /✗ logout +tokens cannot be revoked$/m,
      /scopes +openid, offline_access$/m,
    ])
      expect(stdout).toMatch(line)
  })

  test('--json: sections of findings, and the metadata as the server wrote it', async () => {
    const written = metadata(server.url, { extra: { deep: [1, 'é'] } })
    serveAt(ofRoot, ofRoot[0], { json: written })
    const { report: told } = await report(server.url)
    expect(told.metadata).toEqual(written)
    const findings = told.findings?.flatMap((section) => section.findings)
    expect(findings).toContainEqual({ tone: 'good', name: 'PKCE', text: 'S256' })
    expect(told).not.toHaveProperty('error')
  })

  test('a server without S256 is marked', async () => {
    const plain = metadata(server.url, { code_challenge_methods_supported: ['plain'] })
    serveAt(ofRoot, ofRoot[0], { json: plain })
    expect((await world.run(['discover', server.url])).stdout).toMatch(/✗ PKCE +only plain/)
  })

  test('metadata of odd types and with control characters does no harm', async () => {
    const odd = metadata(server.url, {
      scopes_supported: ['a\u001b[31m', 7],
      grant_types_supported: 'authorization_code',
      token_endpoint_auth_methods_supported: null,
      code_challenge_methods_supported: 'S256',
      revocation_endpoint: { a: 1 },
    })
    serveAt(ofRoot, ofRoot[0], { json: odd })
    const { code, stdout, stderr } = await world.run(['discover', server.url])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).not.toContain('\u001b')
    expect((await report(server.url)).report.metadata).toEqual(odd)
  })
})

describe('a server without usable metadata: the full report on stdout, and exit code 5', () => {
  const cases: [string, Reply, string][] = [
    ['404', { status: 404 }, 'metadata_not_found'],
    ['HTML', { body: '<html></html>', headers: { 'content-type': 'text/html' } }, 'metadata_html'],
    ['a redirect', { status: 301, headers: { location: '/x' } }, 'redirected'],
    ['another issuer', { json: { issuer: 'https://evil.example' } }, 'issuer_mismatch'],
    ['nothing', { body: '' }, 'metadata_not_json'],
    ['an abort', 'drop', 'answer_lost'],
    ['too much', { body: 'x'.repeat(2_000_000) }, 'response_too_large'],
  ]
  test.each(cases)('%s', async (_, reply, code) => {
    for (const path of ofRoot) server.on(`GET ${path}`, reply)
    const json = await report(server.url)
    expect(json.code).toBe(5)
    expect(json.stderr).toBe('')
    expect(json.report).toMatchObject({ issuer: server.url, found: false, error: { code } })
    expect(json.report.tried[0]).toMatchObject({ result: code })
    expect(json.report.tried[0]?.detail).toBeTruthy()
    expect(json.report).not.toHaveProperty('metadata')
    const text = await world.run(['discover', server.url])
    expect([text.code, text.stderr]).toEqual([5, ''])
    expect(text.stdout).toContain(`${server.url}${ofRoot[0]}`)
    expect(text.stdout).toContain('✗')
  })

  test('the fault that says most wins over a 404', async () => {
    server.on(`GET ${ofRoot[0]}`, { status: 403 })
    server.on(`GET ${ofRoot[1]}`, { status: 404 })
    const { report: told } = await report(server.url)
    expect(told.error?.code).toBe('metadata_status')
    expect(told.tried.map(({ result }) => result)).toEqual([
      'metadata_status',
      'metadata_not_found',
    ])
  })

  test.each([
    'login.example.com',
    'https://login.example.com/?x=1',
    'http://login.example.invalid',
  ])('%s is used wrongly', async (url) => {
    const { code, stdout, stderr } = await world.run(['discover', url])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^error: /)
  })
})
