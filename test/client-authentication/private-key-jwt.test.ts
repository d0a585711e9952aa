import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KeyObject } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ownWorld, robot, runInContainer } from '../grants/machines.ts'
import { toldError } from '../login/logins.ts'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import { clientKeyPair, type ClientKeyPair, type KeyType } from '../support/client-keys.ts'
import type { Env, Result } from '../support/program.ts'

const PASSPHRASE = 'open sesame, please'
const ALGORITHMS: Record<string, KeyType> = {
  RS256: 'rsa',
  PS256: 'rsa',
  ES256: 'P-256',
  ES384: 'P-384',
  EdDSA: 'ed25519',
}
const keys: Record<string, ClientKeyPair> = {}
let server: AuthorizationServer

beforeAll(async () => {
  const clients = Object.entries(ALGORITHMS).map(([alg, type]) => {
    const pair = clientKeyPair(type, `kid-${alg}`)
    keys[alg] = pair
    return robot(`robot-${alg}`, 'private_key_jwt', {
      token_endpoint_auth_signing_alg: alg,
      jwks: { keys: [pair.publicJwk] },
      grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
      response_types: ['code'],
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/callback'],
      scope: 'openid offline_access api:read api:write',
    })
  })
  server = await startAuthorizationServer({
    clients,
    alwaysRefreshToken: true,
    overrides: {
      enabledJWA: { clientAuthSigningAlgValues: ['HS256', ...Object.keys(ALGORITHMS)] },
    },
  })
})
afterAll(() => server.stop())
beforeEach(() => server.reset())

const pairOf = (alg: string): ClientKeyPair => keys[alg] as ClientKeyPair
const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1', passphrase?: string): string =>
  key
    .export({
      type: type as 'pkcs8',
      format: 'pem',
      ...(passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }),
    })
    .toString()

/** A token of the client, whose key stands in the variable KEY. */
function token(alg: string, key: string, args: string[] = [], env: Env = {}): Promise<Result> {
  return runInContainer(
    ['token', '--client-credentials', '--client-key', 'env:KEY', '-vv', ...args],
    {
      OAUTHCTL_ISSUER: server.issuer,
      OAUTHCTL_CLIENT_ID: `robot-${alg}`,
      KEY: key,
      ...env,
    },
  )
}

function sentAssertion(): string {
  return server.requestsTo('/token').at(-1)?.params.get('client_assertion') ?? ''
}

function expectGood(result: Result, key: string): void {
  expect(result).toMatchObject({ code: 0 })
  expect(result.stderr).toContain('authenticates with private_key_jwt')
  const middle = key.replaceAll(/-----[A-Z0-9 ]+-----|\s/g, '').slice(40, 80)
  for (const secret of [middle, sentAssertion(), PASSPHRASE, result.stdout.trim()])
    expect(result.stderr).not.toContain(secret)
}

describe('a key', () => {
  it.each(['RS256', 'ES256', 'ES384', 'EdDSA'])('as PKCS#8 for %s', async (alg) => {
    const key = pem(pairOf(alg).privateKey, 'pkcs8')
    expectGood(await token(alg, key), key)
    expect(decodeProtectedHeader(sentAssertion())).toMatchObject({ alg })
    const claims = decodeJwt(sentAssertion())
    expect(claims).toMatchObject({ iss: `robot-${alg}`, sub: `robot-${alg}`, aud: server.issuer })
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBeLessThanOrEqual(60)
    expectGood(await token(alg, key), key)
    expect(decodeJwt(sentAssertion()).jti).not.toBe(claims.jti)
  })

  it('as PKCS#1, as SEC1, and encrypted, with its passphrase by reference', async () => {
    const [rsa, ec] = [pairOf('RS256').privateKey, pairOf('ES256').privateKey]
    const given: [string, string][] = [
      ['RS256', pem(rsa, 'pkcs1')],
      ['ES256', pem(ec, 'sec1')],
      ['RS256', pem(rsa, 'pkcs8', PASSPHRASE)],
      ['RS256', pem(rsa, 'pkcs1', PASSPHRASE)],
      ['ES256', pem(ec, 'sec1', PASSPHRASE)],
    ]
    for (const [alg, key] of given) {
      const args = ['--client-key-passphrase', 'env:PASS']
      expectGood(await token(alg, key, args, { PASS: PASSPHRASE }), key)
    }
  })

  it('as JWK and as JWK set, whose alg and kid are used', async () => {
    const [ps, es] = [pairOf('PS256').privateJwk, pairOf('ES256').privateJwk]
    const jwk = JSON.stringify({ ...ps, alg: 'PS256' })
    expectGood(await token('PS256', jwk), jwk)
    expect(decodeProtectedHeader(sentAssertion())).toMatchObject({ alg: 'PS256', kid: 'kid-PS256' })
    const set = JSON.stringify({ keys: [ps, es] })
    expectGood(await token('ES256', set, ['--client-key-id', 'kid-ES256']), set)
    expect(decodeProtectedHeader(sentAssertion())).toMatchObject({ alg: 'ES256', kid: 'kid-ES256' })
    const single = JSON.stringify({ keys: [es] })
    expectGood(await token('ES256', single), single)
    for (const args of [[], ['--client-key-id', 'other']]) {
      const result = await token('ES256', set, args)
      expect(result).toMatchObject({ code: 2, stdout: '' })
      expect(result.stderr).toContain('--client-key-id kid-PS256, or kid-ES256')
    }
  })

  it('comes from a file, a command, a pipe and the store', async () => {
    const key = pem(pairOf('ES256').privateKey, 'pkcs8')
    const world = ownWorld({ OAUTHCTL_ISSUER: server.issuer, OAUTHCTL_CLIENT_ID: 'robot-ES256' })
    const file = join(world.root, 'key.pem')
    writeFileSync(file, key, { mode: 0o600 })
    for (const reference of [`file:${file}`, `cmd:cat '${file}'`, '-']) {
      const args = ['token', '--client-credentials', '--no-cache', '--client-key', reference]
      const result = await world.run(args, { input: reference === '-' ? key : '' })
      expect(result).toMatchObject({ code: 0, stderr: '' })
    }
    const literal = await world.run(['token', '--client-credentials', '--client-key', key])
    expect(literal).toMatchObject({ code: 2, stdout: '' })
    expect(literal.stderr).not.toContain('MI')
  })

  it('that oauthctl made and stored is used by its name', async () => {
    const world = ownWorld()
    expect(await world.run(['key', 'generate', 'mine'])).toMatchObject({ code: 0 })
    const shown = await world.run(['key', 'public', 'mine'])
    const jwks = JSON.parse(shown.stdout)
    const other = await startAuthorizationServer({
      clients: [robot('stored', 'private_key_jwt', { jwks })],
    })
    const args = [
      '--issuer',
      other.issuer,
      '--client-id',
      'stored',
      '--client-key',
      'keychain:mine',
    ]
    const result = await world.run(['token', '--client-credentials', ...args])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(await world.run(['token', '--client-credentials', ...args])).toEqual(result)
    expect(other.requestsTo('/token')).toHaveLength(1)
    await other.stop()
  })
})

describe('a key that cannot be used (2)', () => {
  const encrypted = () => pem(pairOf('ES256').privateKey, 'pkcs8', PASSPHRASE)
  const jwk = (more: object) => JSON.stringify({ ...pairOf('ES256').privateJwk, ...more })
  it.each<[string, () => string, string, string[]?]>([
    ['no key', () => 'hello', 'no private key'],
    ['damaged PEM', () => pem(pairOf('ES256').privateKey, 'pkcs8').replace(/M/, '*'), 'damaged'],
    ['encrypted', encrypted, '--client-key-passphrase'],
    ['a wrong passphrase', encrypted, 'decrypted', ['--client-key-passphrase', 'env:WRONG']],
    ['a public JWK', () => JSON.stringify(pairOf('ES256').publicJwk), 'public key'],
    ['broken JSON', () => '{"kty":', 'JSON'],
    ['a JWK for another algorithm', () => jwk({ alg: 'RS256' }), 'RS256'],
    ['a damaged JWK', () => jwk({ x: 'AAAA' }), 'JWK'],
    ['an unknown curve', () => pem(clientKeyPair('secp256k1', 'k').privateKey, 'pkcs8'), 'ec'],
    ['a short RSA key', () => pem(clientKeyPair('rsa-1024', 'k').privateKey, 'pkcs8'), '2048'],
  ])('%s', async (_, key, said, args = []) => {
    const text = key()
    const result = await token('ES256', text, args, { WRONG: 'wrong' })
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toContain(said)
    expect(result.stderr).not.toContain(text.slice(60, 90) || 'hello')
    expect(server.requestsTo('/token')).toEqual([])
  })

  it('one whose algorithms the server does not take', async () => {
    server.alterMetadata((json) => ({
      ...json,
      token_endpoint_auth_signing_alg_values_supported: ['RS256'],
    }))
    const result = await token('ES256', pem(pairOf('ES256').privateKey, 'pkcs8'))
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toContain('ES256')
    expect(result.stderr).toContain('RS256')
  })
})

describe('the client authenticates with its key everywhere', () => {
  it('login, refresh, userinfo and logout', async () => {
    const key = pem(pairOf('ES256').privateKey, 'pkcs8')
    const world = ownWorld({ KEY: key })
    const login = await world.login([
      '--issuer',
      server.issuer,
      '--client-id',
      'robot-ES256',
      '--client-key',
      'env:KEY',
      '--scope',
      'openid offline_access',
      '--prompt',
      'consent',
    ])
    expect(login).toMatchObject({ code: 0 })
    expect(world.readConfig()).toMatchObject({ profiles: { default: { client_key: 'env:KEY' } } })
    for (const command of ['refresh', 'userinfo', 'logout'])
      expect(await world.run([command])).toMatchObject({ code: 0 })
    const authenticated = [
      ...server.requestsTo('/token'),
      ...server.requestsTo('/token/revocation'),
    ]
    expect(authenticated.length).toBeGreaterThanOrEqual(3)
    const assertions = authenticated.map(({ params }) => params.get('client_assertion'))
    expect(assertions).not.toContain(null)
    expect(new Set(assertions).size).toBe(assertions.length)
  })

  it('the key of a profile is not sent to another server', async () => {
    const world = ownWorld({ KEY: pem(pairOf('ES256').privateKey, 'pkcs8') })
    const robotProfile = {
      issuer: server.issuer,
      client_id: 'robot-ES256',
      grant_type: 'client_credentials',
      client_key: 'env:KEY',
    }
    world.writeConfig({ profiles: { robot: robotProfile } })
    expect(await world.run(['token', 'robot'])).toMatchObject({ code: 0, stderr: '' })
    const away = await world.run(['token', 'robot', '--issuer', 'http://127.0.0.1:9', '--json'])
    expect(away).toMatchObject({ code: 2, stdout: '' })
    expect(toldError(away).code).toBe('credentials_bound')
  })
})

describe('a ready assertion', () => {
  it('is sent as it is', async () => {
    const { privateKey } = pairOf('ES256')
    const assertion = await new SignJWT({ jti: 'one' })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer('robot-ES256')
      .setSubject('robot-ES256')
      .setAudience(server.issuer)
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(privateKey)
    const result = await runInContainer(
      ['token', '--client-credentials', '--client-assertion', '-', '-vv'],
      { OAUTHCTL_ISSUER: server.issuer, OAUTHCTL_CLIENT_ID: 'robot-ES256' },
      { input: `${assertion}\n` },
    )
    expect(result).toMatchObject({ code: 0 })
    expect(sentAssertion()).toBe(assertion)
    expect(result.stderr).not.toContain(assertion)
  })
})
