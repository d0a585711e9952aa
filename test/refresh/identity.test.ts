import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import {
  changeStored,
  expireIn,
  loggedInWorld,
  readStored,
  type StoredSession,
} from '../support/stored-session.ts'
import type { World } from '../support/world.ts'

let server: AuthorizationServer
let world: World
let before: StoredSession | undefined

beforeAll(async () => {
  server = await startAuthorizationServer()
})

afterAll(() => server.stop())

beforeEach(async () => {
  server.reset()
  world = await loggedInWorld(server)
  server.reset()
  await expireIn(world, -1)
  before = await readStored(world)
})

afterEach(() => world.close())

/** The rotated refresh token is kept, the access token is not; the next command works with it. */
async function expectRefusedOnce(): Promise<string> {
  const result = await world.run(['token'])
  expect(result).toMatchObject({ code: 5, stdout: '' })
  const answer = JSON.parse(server.requestsTo('/token')[0]?.answered?.body ?? '{}')
  const after = await readStored(world)
  expect(after?.refresh_token).toBe(answer.refresh_token)
  expect(after?.refresh_token).not.toBe(before?.refresh_token)
  expect(after?.tokens).toEqual(before?.tokens)
  expect(after?.id_token).toBe(before?.id_token)
  const next = await world.run(['token'])
  expect(next).toMatchObject({ code: 0, stderr: '' })
  expect(server.requestsTo('/token')[1]?.params.get('refresh_token')).toBe(answer.refresh_token)
  return result.stderr
}

describe('a refreshed ID token', () => {
  test.each([
    ['sub', 'user-other'],
    ['iss', 'https://elsewhere.example.com'],
    ['aud', 'another-client'],
    ['aud', ['oauthctl-demo', 'another-client']],
  ])('with another %s is refused', async (name, value) => {
    server.alterIdToken((claims) => ({ ...claims, [name]: value }), { times: 1 })
    const stderr = await expectRefusedOnce()
    expect(stderr).not.toContain('user-other')
  })

  test('with a signature that does not verify is refused', async () => {
    server.alterTokenResponse(
      (json) => {
        const [head = '', payload = '', signature = ''] = String(json['id_token']).split('.')
        const other = signature.startsWith('A') ? 'B' : 'A'
        return { ...json, id_token: `${head}.${payload}.${other}${signature.slice(1)}` }
      },
      { times: 1 },
    )
    await expectRefusedOnce()
  })

  test('without a signature (alg none) is refused', async () => {
    const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: server.issuer,
      sub: 'user-demo',
      aud: 'oauthctl-demo',
      iat: now,
      exp: now + 60,
    }
    server.alterTokenResponse(
      (json) => ({ ...json, id_token: `${b64({ alg: 'none' })}.${b64(claims)}.` }),
      {
        times: 1,
      },
    )
    await expectRefusedOnce()
  })

  test('that has expired is refused', async () => {
    server.alterIdToken((claims) => ({ ...claims, exp: Math.floor(Date.now() / 1000) - 3600 }), {
      times: 1,
    })
    await expectRefusedOnce()
  })

  test('that is no token at all is refused', async () => {
    server.alterTokenResponse((json) => ({ ...json, id_token: 'not.a.token' }), { times: 1 })
    await expectRefusedOnce()
  })

  test('whose keys cannot be had does not lose the rotation', async () => {
    server.alterJwks(() => ({ keys: [] }))
    server.alterIdToken((claims) => claims)
    const result = await world.run(['token'])
    const answer = JSON.parse(server.requestsTo('/token')[0]?.answered?.body ?? '{}')
    expect((await readStored(world))?.refresh_token).toBe(answer.refresh_token)
    // The keys of the login may still be in the cache.
    expect([0, 5]).toContain(result.code)
  })

  test('that nobody asked for is dropped when it cannot be verified', async () => {
    await changeStored(world, (session) => ({ ...session, requested_scope: 'api:read' }))
    for (const change of [
      (claims: object) => ({ ...claims, aud: 'another-client' }),
      (claims: object) => ({ ...claims, azp: 'another-client' }),
    ]) {
      server.alterIdToken(change, { times: 1 })
      expect(await world.run(['refresh'])).toMatchObject({ code: 0, stderr: '' })
      expect((await readStored(world))?.id_token).toBe(before?.id_token)
    }
    // One that does verify says who it is: another person's tokens are refused all the same.
    server.alterIdToken((claims) => ({ ...claims, sub: 'user-other' }), { times: 1 })
    expect(await world.run(['refresh'])).toMatchObject({ code: 5, stdout: '' })
  })

  test('without nonce, as the specification allows, is taken over', async () => {
    server.alterIdToken(({ nonce: _, ...claims }) => claims)
    const result = await world.run(['token'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const answer = JSON.parse(server.requestsTo('/token')[0]?.answered?.body ?? '{}')
    expect((await readStored(world))?.id_token).toBe(answer.id_token)
  })
})
