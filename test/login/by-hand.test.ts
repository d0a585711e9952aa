import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import { createWorld, type World } from '../support/world.ts'
import { asOptions, storedEntries, toldError, warnings } from './logins.ts'

let server: AuthorizationServer
let world: World

beforeAll(async () => {
  server = await startAuthorizationServer()
})
afterAll(() => server.stop())
beforeEach(() => {
  world = createWorld()
})
afterEach(async () => {
  server.reset()
  await world.close()
})

function endpoints(more: Record<string, string> = {}): string[] {
  return asOptions({
    client_id: 'oauthctl-demo',
    authorization_endpoint: `${server.issuer}/auth`,
    token_endpoint: `${server.issuer}/token`,
    ...more,
  })
}

describe('a server that is described by its endpoints', () => {
  test('needs no metadata; nothing is asked for that was not named', async () => {
    const result = await world.login([...endpoints({ scope: 'api:read' }), '--json'])
    expect(result.code).toBe(0)
    const told = JSON.parse(result.stdout) as Record<string, unknown>
    expect(told).not.toHaveProperty('issuer')
    expect(told).not.toHaveProperty('sub')
    expect(told).toMatchObject({ client_id: 'oauthctl-demo', refreshable: false })
    expect(server.requests.filter(({ path }) => path.includes('.well-known'))).toEqual([])
    expect(world.readConfig()).toMatchObject({
      profiles: {
        default: {
          authorization_endpoint: `${server.issuer}/auth`,
          token_endpoint: `${server.issuer}/token`,
        },
      },
    })
    expect((await world.run(['token', '--check'])).code).toBe(0)
  })

  test('an ID token that nobody can check is dropped with a warning', async () => {
    const claims = { iss: server.issuer, aud: 'oauthctl-demo', sub: 'root', iat: 1, exp: 4e9 }
    const idToken = await server.signIdToken(claims)
    server.alterTokenResponse((json) => ({ ...json, id_token: idToken }))
    const jwks = { jwks_uri: `${server.issuer}/jwks` }
    const result = await world.login([...endpoints({ scope: 'api:read', ...jwks }), '--json'])
    expect(result.code).toBe(0)
    expect(JSON.parse(result.stdout)).not.toHaveProperty('sub')
    expect(warnings(result)).toEqual([expect.stringContaining('issuer is not known')])
  })

  test('openid without an issuer to check the ID token against is refused', async () => {
    const result = await world.login([...endpoints({ scope: 'openid' }), '--json'])
    expect(result).toMatchObject({ code: 5, stdout: '' })
    expect(storedEntries(world)).toEqual([])
  })

  test('openid with issuer and key set is checked in full', async () => {
    const known = { scope: 'openid', issuer: server.issuer, jwks_uri: `${server.issuer}/jwks` }
    const result = await world.login([...endpoints(known), '--json'])
    expect(result.code).toBe(0)
    expect(JSON.parse(result.stdout)).toMatchObject({ issuer: server.issuer, sub: 'user-demo' })
    const noKeys = endpoints({ scope: 'openid', issuer: server.issuer })
    const refused = await createdFor(noKeys)
    expect(refused).toMatchObject({ code: 5, stdout: '' })
    expect(toldError(refused).code).toBe('id_token_invalid')
  })

  test('answers in the manner of GitHub are understood', async () => {
    server.alter('/token', ({ body }) => {
      const { access_token: token } = JSON.parse(body) as { access_token: string }
      const text = `access_token=${token}&scope=api%3Aread&token_type=bearer`
      return { body: text, headers: { 'content-type': 'application/x-www-form-urlencoded' } }
    })
    const result = await world.login([...endpoints({ scope: 'api:read' }), '--json'])
    expect(result.code).toBe(0)
    expect(JSON.parse(result.stdout)).toMatchObject({ scope: 'api:read', refreshable: false })
    expect(JSON.parse(result.stdout)).not.toHaveProperty('expires_at')
    const token = await world.run(['token', '--json'])
    expect(JSON.parse(token.stdout)).toMatchObject({ token_type: 'Bearer', scope: 'api:read' })
  })

  test('an iss in the redirect of a server without issuer is only noted', async () => {
    const result = await world.login([...endpoints({ scope: 'api:read' }), '-v'])
    expect(result.code).toBe(0)
    expect(result.stderr).toMatch(/names an "iss"/)
  })
})

/** A login in a world of its own, so that no earlier profile plays a part. */
async function createdFor(args: string[]) {
  const fresh = createWorld()
  try {
    return await fresh.login([...args, '--json'])
  } finally {
    await fresh.close()
  }
}
