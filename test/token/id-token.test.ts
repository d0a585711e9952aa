import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { decodeJwt } from 'jose'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import { changeStored, expireIn, loggedInWorld, readStored } from '../support/stored-session.ts'
import type { World } from '../support/world.ts'

let server: AuthorizationServer
let world: World

beforeAll(async () => {
  server = await startAuthorizationServer()
})

afterAll(() => server.stop())

beforeEach(async () => {
  server.reset()
  world = await loggedInWorld(server)
  server.reset()
})

afterEach(() => world.close())

/** Replaces the stored ID token by one of the same person that ends in so many seconds. */
async function idTokenEndsIn(seconds: number): Promise<string> {
  const { id_token: stored = '' } = (await readStored(world)) ?? {}
  const now = Math.floor(Date.now() / 1000)
  const claims = { ...decodeJwt(stored), iat: now - 3600 + seconds, exp: now + seconds }
  const idToken = await server.signIdToken(claims)
  await changeStored(world, (session) => ({ ...session, id_token: idToken }))
  return idToken
}

describe('token --id-token', () => {
  test('needs no access token and no refresh token while it is fresh', async () => {
    await expireIn(world, -5)
    const { id_token } = await changeStored(world, ({ refresh_token: _, ...rest }) => rest)
    const result = await world.run(['token', '--id-token'])
    expect(result).toMatchObject({ code: 0, stdout: `${id_token}\n`, stderr: '' })
    expect(server.requests).toEqual([])
  })

  test('is renewed by the refresh token, once for all that ask at the same time', async () => {
    const old = await idTokenEndsIn(-5)
    const runs = await Promise.all([1, 2, 3, 4].map(() => world.run(['token', '--id-token'])))
    for (const run of runs) expect(run).toMatchObject({ code: 0 })
    expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(1)
    expect(runs[0]?.stdout.trim()).not.toBe(old)
    expect(server.requestsTo('/token')).toHaveLength(1)
  })

  test('is exit 3 where the server renews the access token alone', async () => {
    await idTokenEndsIn(-5)
    server.alterTokenResponse(({ id_token: _, ...json }) => json)
    const result = await world.run(['token', '--id-token'])
    expect(result).toMatchObject({ code: 3, stdout: '' })
    expect(result.stderr).toContain('oauthctl login')
  })

  test('is printed with a warning while the server fails and it still lives', async () => {
    const stored = await idTokenEndsIn(30)
    server.respond('/token', () => ({ status: 503, headers: { 'retry-after': '1' } }))
    const result = await world.run(['token', '--id-token'])
    expect(result).toMatchObject({ code: 0, stdout: `${stored}\n` })
    expect(result.stderr).toMatch(/^warning: /)
    await idTokenEndsIn(-1)
    expect(await world.run(['token', '--id-token'])).toMatchObject({ code: 5, stdout: '' })
  })

  test('is exit 3 without a request where the login brought none', async () => {
    await changeStored(world, ({ id_token: _, ...session }) => session)
    await expireIn(world, -5)
    const result = await world.run(['token', '--id-token'])
    expect(result).toMatchObject({ code: 3, stdout: '' })
    expect(result.stderr).toContain('openid')
    expect(server.requests).toEqual([])
  })
})
