import { decodeJwt, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import { createSigningKey, signJwt } from '../support/provider-keys.ts'
import { reportingRobot } from '../support/reporting-robot.ts'
import { createWorld, type World } from '../support/world.ts'
import { demoClient, toldError, warnings } from './logins.ts'

type Claims = Record<string, unknown>

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

/** Logs in to the profile that has a session already, and looks at everything that comes of it. */
async function loginAgain(...more: string[]) {
  const robot = reportingRobot(world.root)
  const result = await world.run(['login', 'work', '--json', '--browser', robot.browser, ...more])
  const page = await robot.page()
  const after = await world.run(['token', 'work'])
  return {
    code: result.code,
    stdout: result.stdout,
    told: toldError(result),
    pageStatus: page.status,
    pageTells: page.body.includes('The login did not succeed'),
    sessionAfter: after.stdout === token ? 'as before' : 'changed',
  }
}

const refused = {
  code: 5,
  stdout: '',
  told: { exit_code: 5 },
  pageStatus: 400,
  pageTells: true,
  sessionAfter: 'as before',
}

/** Replaces the ID token by what is made of its claims. */
function replaceIdToken(make: (claims: Claims) => Promise<string> | string): void {
  server.alterTokenResponse(async (json) => ({
    ...json,
    id_token: await make(decodeJwt(String(json['id_token']))),
  }))
}

const now = (): number => Math.floor(Date.now() / 1000)

describe('an ID token with wrong claims', () => {
  const wrong: [string, (claims: Claims) => Claims][] = [
    ['another nonce', (claims) => ({ ...claims, nonce: 'other' })],
    ['no nonce', (claims) => ({ ...claims, nonce: undefined })],
    ['another audience', (claims) => ({ ...claims, aud: 'somebody-else' })],
    ['no audience', (claims) => ({ ...claims, aud: undefined })],
    ['several audiences and no azp', (claims) => ({ ...claims, aud: ['oauthctl-demo', 'b'] })],
    ['another azp', (claims) => ({ ...claims, azp: 'somebody-else' })],
    ['another issuer', (claims) => ({ ...claims, iss: 'https://evil.example' })],
    ['an issuer with a slash more', (claims) => ({ ...claims, iss: `${String(claims['iss'])}/` })],
    ['an end in the past', (claims) => ({ ...claims, exp: now() - 120 })],
    ['no end', (claims) => ({ ...claims, exp: undefined })],
    ['a beginning in the future', (claims) => ({ ...claims, nbf: now() + 3600 })],
    ['no subject', (claims) => ({ ...claims, sub: undefined })],
    ['no issue time', (claims) => ({ ...claims, iat: undefined })],
  ]
  test.each(wrong)('%s', async (_, change) => {
    server.alterIdToken(change)
    expect(await loginAgain()).toMatchObject(refused)
  })

  test('a login that is older than --max-age allows', async () => {
    server.alterIdToken((claims) => ({ ...claims, auth_time: now() - 5000 }))
    expect(await loginAgain('--max-age', '60')).toMatchObject(refused)
  })
})

describe('an ID token that is not signed as it should be', () => {
  test('by a foreign key under a known kid', async () => {
    const foreign = await createSigningKey('rsa-1', 'RS256')
    replaceIdToken((claims) => signJwt(claims, foreign, { alg: 'RS256' }))
    const result = await loginAgain()
    expect(result.told.code).toBe('id_token_invalid')
    expect(result).toMatchObject(refused)
  })

  test('with claims changed afterwards', async () => {
    server.alterTokenResponse((json) => {
      const [header, payload = '', signature] = String(json['id_token']).split('.')
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims
      const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'root' })).toString('base64url')
      return { ...json, id_token: [header, forged, signature].join('.') }
    })
    expect(await loginAgain()).toMatchObject(refused)
  })

  test.each(['none', 'None', 'HS256', 'RS512'])('under the algorithm %s', async (alg) => {
    replaceIdToken((claims) => {
      const part = (value: unknown): string =>
        Buffer.from(JSON.stringify(value)).toString('base64url')
      return `${part({ alg, kid: 'rsa-1' })}.${part(claims)}.${alg === 'none' ? '' : 'AAAA'}`
    })
    expect(await loginAgain()).toMatchObject(refused)
  })

  test('with the public key as the secret of HS256, announced or not', async () => {
    const key = new TextEncoder().encode(JSON.stringify(server.keys.rsa.publicJwk))
    const sign = (claims: Claims) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'rsa-1' }).sign(key)
    replaceIdToken(sign)
    expect(await loginAgain()).toMatchObject(refused)
    server.alterMetadata((json) => ({
      ...json,
      id_token_signing_alg_values_supported: ['RS256', 'HS256'],
    }))
    expect(await loginAgain()).toMatchObject(refused)
  })

  test('by a key that the set does not have: it is fetched once more', async () => {
    server.alterJwks((jwks) => ({ keys: jwks.keys }))
    const foreign = await createSigningKey('unknown', 'RS256')
    replaceIdToken((claims) => signJwt(claims, foreign, { alg: 'RS256' }))
    const result = await loginAgain()
    expect(result.told.message).toContain("not in the server's key set")
    expect(result).toMatchObject(refused)
    expect(server.requestsTo('/jwks')).toHaveLength(1)
  })

  test('by a new key of the server: the cached set is fetched again', async () => {
    const next = await createSigningKey('rsa-2', 'RS256')
    replaceIdToken((claims) => signJwt(claims, next, { alg: 'RS256' }))
    server.alterJwks((jwks) => ({ keys: [...jwks.keys, next.publicJwk] }))
    expect((await world.login(demoClient(server, 'rotated'))).code).toBe(0)
    expect(server.requestsTo('/jwks')).toHaveLength(1)
  })

  test('key sets that are none', async () => {
    for (const reply of [{ status: 500 }, { body: '<html>' }, { json: { keys: 1 } }]) {
      const fresh = createWorld()
      const remove = server.respond('/jwks', () => reply)
      const result = await fresh.login(demoClient(server, '--json'))
      remove()
      expect(result).toMatchObject({ code: 5, stdout: '' })
      expect(toldError(result).code).toBe('jwks_invalid')
      await fresh.close()
    }
  })

  test('text that is no token', async () => {
    for (const text of ['', 'x', 'a.b.c', `${'e30'.repeat(3)}.e30.e30`, 7, null]) {
      server.reset()
      server.alterTokenResponse((json) => ({ ...json, id_token: text }))
      const result = await loginAgain()
      expect(result.told.code).not.toBe('internal')
      expect(result).toMatchObject(refused)
    }
  })
})

describe('other algorithms', () => {
  test.each(['ES256', 'PS256'] as const)('%s verifies where it is announced', async (alg) => {
    replaceIdToken((claims) => server.signIdToken(claims, alg))
    server.alterMetadata((json) => ({ ...json, id_token_signing_alg_values_supported: [alg] }))
    expect((await world.login(demoClient(server, alg))).code).toBe(0)
  })

  test('HS256 verifies with the secret of a confidential client, and no other', async () => {
    const { basic } = server.clients
    const secretOf = (text: string) => new TextEncoder().encode(text)
    const args = ['hs', '--json', '--issuer', server.issuer, '--client-id', basic.client_id]
    const run = () =>
      world.login([...args, '--client-secret', 'env:S'], { env: { S: basic.client_secret } })
    server.alterMetadata((json) => ({ ...json, id_token_signing_alg_values_supported: ['HS256'] }))
    const sign = (text: string) => (claims: Claims) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secretOf(text))
    const good = server.alterTokenResponse(async (json) => ({
      ...json,
      id_token: await sign(basic.client_secret)(decodeJwt(String(json['id_token']))),
    }))
    expect((await run()).code).toBe(0)
    good()
    replaceIdToken(sign('another-secret-another-secret-00'))
    const result = await run()
    expect(result).toMatchObject({ code: 5, stdout: '' })
    expect(toldError(result).code).toBe('id_token_invalid')
  })
})

describe('without openid in the scope', () => {
  const plain = ['--scope', 'api:read']

  test('an ID token that cannot be verified is dropped with a warning', async () => {
    const foreign = await createSigningKey('rsa-1', 'RS256')
    const forged = await signJwt(
      { iss: server.issuer, aud: 'oauthctl-demo', sub: 'root', iat: now(), exp: now() + 60 },
      foreign,
      { alg: 'RS256' },
    )
    for (const text of [forged, 'a.b.c', 'x', 7]) {
      const fresh = createWorld()
      server.reset()
      server.alterTokenResponse((json) => ({ ...json, id_token: text }))
      const result = await fresh.login(demoClient(server, '--json', ...plain))
      expect(result.code).toBe(0)
      expect(JSON.parse(result.stdout)).not.toHaveProperty('sub')
      expect(warnings(result)).toEqual([expect.stringContaining('ID token')])
      expect((await fresh.run(['token', '--id-token'])).stdout).toBe('')
      await fresh.close()
    }
  })

  test('a good one tells who it is', async () => {
    const good = { iss: server.issuer, aud: 'oauthctl-demo', sub: 'user-demo', iat: now() }
    const idToken = await server.signIdToken({ ...good, exp: now() + 60 })
    server.alterTokenResponse((json) => ({ ...json, id_token: idToken }))
    const result = await world.login(demoClient(server, 'plain', '--json', ...plain))
    expect(JSON.parse(result.stdout)).toMatchObject({ sub: 'user-demo' })
    expect(warnings(result)).toEqual([])
  })
})
