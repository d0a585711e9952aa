import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import { changeStored, expireIn, loggedInWorld, readStored } from '../support/stored-session.ts'
import { createWorld, type World } from '../support/world.ts'

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

describe('oauthctl refresh', () => {
  test('uses the refresh token now and tells when the new token expires', async () => {
    const before = await readStored(world)
    const result = await world.run(['refresh'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toMatch(/Refreshed as demo/)
    expect(result.stdout).toMatch(/expires +in 60 min \(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\)/)
    const after = await readStored(world)
    expect(after?.tokens[0]?.access_token).not.toBe(before?.tokens[0]?.access_token)
    expect(after?.refresh_token).not.toBe(before?.refresh_token)
    for (const secret of [after?.refresh_token, after?.tokens[0]?.access_token])
      expect(result.stdout).not.toContain(secret)
  })

  test('--json is like the one of login', async () => {
    const result = await world.run(['refresh', '--json'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const at = (await readStored(world))?.tokens[0]?.expires_at ?? ''
    expect(JSON.parse(result.stdout)).toEqual({
      profile: 'default',
      issuer: server.issuer,
      client_id: 'oauthctl-demo',
      sub: 'user-demo',
      username: 'demo',
      scope: 'openid profile offline_access api:read api:write',
      expires_at: `${at.slice(0, 19)}Z`,
      refreshable: true,
      store: 'file',
    })
  })

  test('is exit 3 with what to type where nobody is logged in', async () => {
    const nobody = createWorld()
    const result = await nobody.run(['refresh'])
    expect(result).toMatchObject({ code: 3, stdout: '' })
    expect(result.stderr).toContain('oauthctl login')
    await nobody.close()
  })

  test('is exit 3 without a request where there is no refresh token', async () => {
    await changeStored(world, ({ refresh_token: _, ...session }) => session)
    const result = await world.run(['refresh'])
    expect(result).toMatchObject({ code: 3, stdout: '' })
    expect(result.stderr).toContain('offline_access')
    expect(server.requests).toEqual([])
  })

  test('a passing failure is exit 5, although the stored token still lives', async () => {
    server.respond('/token', () => ({ status: 503, headers: { 'retry-after': '3' } }))
    expect(await world.run(['refresh'])).toMatchObject({ code: 5, stdout: '' })
    expect(await world.run(['token'])).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('20 processes with an expired token', () => {
  test('send one request, and all print what it brought', async () => {
    await expireIn(world, -1)
    const results = await Promise.all(
      Array.from({ length: 20 }, () => world.run(['token'], { timeoutMs: 60_000 })),
    )
    for (const result of results) expect(result).toMatchObject({ code: 0 })
    for (const { stderr } of results)
      expect(stderr.replace(/^Waiting for another oauthctl.*\n$/, '')).toBe('')
    const stored = await readStored(world)
    expect(new Set(results.map(({ stdout }) => stdout))).toEqual(
      new Set([`${stored?.tokens[0]?.access_token}\n`]),
    )
    expect(server.requestsTo('/token', 'refresh_token')).toHaveLength(1)
  })

  test('that ask for more than any token has send one request too', async () => {
    server.alter('/token', async () => {
      await new Promise((resolve) => setTimeout(resolve, 800))
      return undefined
    })
    const run = () => world.run(['token', '--min-ttl', '100000'])
    const results = await Promise.all([run(), run(), run(), run()])
    for (const { code, stderr } of results) {
      expect(code).toBe(0)
      expect(stderr).toContain('--min-ttl')
    }
    expect(new Set(results.map(({ stdout }) => stdout)).size).toBe(1)
    expect(server.requestsTo('/token')).toHaveLength(1)
  })

  test('wait for a slow server, and then use its answer', async () => {
    await expireIn(world, -1)
    server.alter('/token', async () => {
      await new Promise((resolve) => setTimeout(resolve, 1500))
      return undefined
    })
    const results = await Promise.all([1, 2, 3].map(() => world.run(['token'])))
    expect(new Set(results.map(({ code, stdout }) => `${code} ${stdout}`)).size).toBe(1)
    expect(results[0]?.code).toBe(0)
    expect(server.requestsTo('/token')).toHaveLength(1)
  })

  test('different profiles do not wait for each other', async () => {
    await world.login(['other', ...loginTo(server)])
    await expireIn(world, -1)
    await expireIn(world, -1, 'other')
    server.reset()
    let held = 0
    server.alter(
      '/token',
      async () => {
        held += 1
        while (server.requestsTo('/token').length < 2)
          await new Promise((resolve) => setTimeout(resolve, 20))
        return undefined
      },
      { times: 2 },
    )
    const both = await Promise.all([world.run(['token']), world.run(['token', 'other'])])
    for (const result of both) expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(held).toBe(2)
  })
})

function loginTo({ issuer }: AuthorizationServer): string[] {
  const scope = 'openid offline_access api:read'
  return [
    '--issuer',
    issuer,
    '--client-id',
    'oauthctl-demo',
    '--scope',
    scope,
    '--prompt',
    'consent',
  ]
}

describe('invalid_grant', () => {
  test('ends the session with the command to type, and the token is not sent again', async () => {
    const before = await readStored(world)
    await expireIn(world, -1)
    server.respond('/token', () => ({
      status: 400,
      json: { error: 'invalid_grant', error_description: 'the session is over' },
    }))
    const result = await world.run(['token'])
    expect(result).toMatchObject({ code: 3, stdout: '' })
    expect(result.stderr).toContain('the session is over')
    expect(result.stderr).toMatch(/oauthctl login$/m)
    expect(server.requestsTo('/token')).toHaveLength(1)

    for (const command of ['token', 'refresh']) {
      const again = await world.run([command])
      expect(again).toMatchObject({ code: 3, stdout: '' })
      expect(again.stderr).toMatch(/oauthctl login$/m)
    }
    expect(server.requestsTo('/token')).toHaveLength(1)
    const after = await readStored(world)
    expect(after?.refresh_token).toBeUndefined()
    expect(after?.ended).toBe('invalid_grant')
    expect(JSON.stringify(after)).not.toContain(before?.refresh_token)
    const status = await world.run(['status', '--json'])
    expect(JSON.parse(status.stdout).sessions[0].refreshable).toBe(false)
  })

  test('names the profile in the command to type', async () => {
    await world.login(['work', ...loginTo(server)])
    await expireIn(world, -1, 'work')
    server.respond('/token', () => ({ status: 400, json: { error: 'invalid_grant' } }))
    const result = await world.run(['token', 'work', '--json'])
    expect(result).toMatchObject({ code: 3, stdout: '' })
    const { error } = JSON.parse(result.stderr.trim().split('\n').at(-1) ?? '')
    expect(error.hint).toContain('oauthctl login work')
    expect(error).toMatchObject({
      exit_code: 3,
      retryable: false,
      oauth: { error: 'invalid_grant' },
    })
  })

  test('a login makes the ended session good again', async () => {
    await expireIn(world, -1)
    server.respond('/token', () => ({ status: 400, json: { error: 'invalid_grant' } }), {
      times: 1,
    })
    expect(await world.run(['token'])).toMatchObject({ code: 3 })
    expect(await world.login(['--prompt', 'consent'])).toMatchObject({ code: 0 })
    expect(await world.run(['token'])).toMatchObject({ code: 0 })
    expect(await world.run(['refresh'])).toMatchObject({ code: 0 })
  })

  test('while the access token lives, it is still given', async () => {
    server.respond('/token', () => ({ status: 400, json: { error: 'invalid_grant' } }))
    expect(await world.run(['refresh'])).toMatchObject({ code: 3 })
    expect(await world.run(['token'])).toMatchObject({ code: 0, stderr: '' })
  })

  test('is believed only after reading the store again: a newer record is used', async () => {
    const newer = await readStored(world)
    await changeStored(world, (session) => ({ ...session, refresh_token: 'stale-refresh-token' }))
    await expireIn(world, -1)
    // Another process, on a machine whose lock is not seen here, stores the newer token meanwhile.
    server.respond(
      '/token',
      async ({ params }) => {
        expect(params.get('refresh_token')).toBe('stale-refresh-token')
        await changeStored(world, (session) => ({
          ...session,
          refresh_token: newer?.refresh_token ?? '',
        }))
        return { status: 400, json: { error: 'invalid_grant' } }
      },
      { times: 1 },
    )
    const result = await world.run(['token'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const sent = server.requestsTo('/token').map(({ params }) => params.get('refresh_token'))
    expect(sent).toEqual(['stale-refresh-token', newer?.refresh_token])
    const after = await readStored(world)
    expect(after?.tokens[0]?.access_token).toBe(result.stdout.trim())
    expect(after?.ended).toBeUndefined()
  })

  test('a newer record whose token is fresh needs no second request', async () => {
    await expireIn(world, -1)
    const later = new Date(Date.now() + 1_000_000).toISOString()
    server.respond('/token', async () => {
      await changeStored(world, (session) => ({
        ...session,
        refresh_token: 'the-other-ones',
        tokens: session.tokens.map((token) => ({
          ...token,
          access_token: 'fresh.from-another',
          expires_at: later,
        })),
      }))
      return { status: 400, json: { error: 'invalid_grant' } }
    })
    const result = await world.run(['token'])
    expect(result).toMatchObject({ code: 0, stdout: 'fresh.from-another\n' })
    expect(server.requestsTo('/token')).toHaveLength(1)
  })

  test.each(['invalid_client', 'unauthorized_client', 'invalid_request', 'invalid_scope'])(
    '%s is a refusal (4) that ends nothing',
    async (error) => {
      const before = await readStored(world)
      await expireIn(world, -1)
      server.respond('/token', () => ({
        status: error === 'invalid_client' ? 401 : 400,
        json: { error },
      }))
      const result = await world.run(['token'])
      expect(result).toMatchObject({ code: 4, stdout: '' })
      expect(result.stderr).toContain(error)
      expect((await readStored(world))?.refresh_token).toBe(before?.refresh_token)
      for (let i = 0; i < 3; i += 1) expect(await world.run(['token'])).toMatchObject({ code: 4 })
      server.reset()
      expect(await world.run(['token'])).toMatchObject({ code: 0 })
    },
  )
})
