import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import { loggedInWorld, readStored } from '../support/stored-session.ts'
import { createWorld, type World } from '../support/world.ts'

let server: AuthorizationServer
let world: World

beforeAll(async () => {
  server = await startAuthorizationServer()
})

afterAll(async () => {
  await server.stop()
})

describe('another scope', () => {
  beforeEach(async () => {
    server.reset()
    world = await loggedInWorld(server)
    server.reset()
  })

  afterEach(() => world.close())

  async function json(...args: string[]) {
    const result = await world.run(['token', '--json', ...args])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    return JSON.parse(result.stdout) as Record<string, string>
  }

  test('comes by the refresh grant, is kept beside, and is given for exactly that', async () => {
    const main = await json()
    const read = await json('--scope', 'openid api:read')
    expect(read['access_token']).not.toBe(main['access_token'])
    expect(read['scope']).toBe('openid api:read')
    expect(server.requestsTo('/token', 'refresh_token')).toHaveLength(1)
    expect(server.requestsTo('/token')[0]?.params.get('scope')).toBe('openid api:read')

    // The same set in another order is the same token; the login's own token is still there.
    expect(await json('--scope', 'api:read openid')).toEqual(read)
    expect(await json()).toEqual(main)
    expect(server.requestsTo('/token')).toHaveLength(1)

    // Neither a part of it nor more than it is given for it.
    const part = await json('--scope', 'api:read')
    expect(part['access_token']).not.toBe(read['access_token'])
    expect(part['scope']).toBe('api:read')
    const more = await json('--scope', 'openid api:read api:write')
    expect(more['scope']).toBe('openid api:read api:write')
    expect(server.requestsTo('/token')).toHaveLength(3)
    expect(await json('--scope', 'openid api:read')).toEqual(read)
  })

  test('that is what the login was granted is the token of the login', async () => {
    const main = await json()
    const scope = 'api:write api:read offline_access openid profile'
    expect(await json('--scope', scope)).toEqual(main)
    expect(server.requestsTo('/token')).toEqual([])
  })

  test('that the login asked for and got in part is the token of the login', async () => {
    const lean = await startAuthorizationServer({ withhold: ['api:write'] })
    const scope = 'openid offline_access api:read api:write'
    const other = createWorld({ OAUTHCTL_SCOPE: scope })
    const args = ['--issuer', lean.issuer, '--client-id', 'oauthctl-demo', '--prompt', 'consent']
    const login = await other.login([...args, '--json'])
    expect(JSON.parse(login.stdout)).toMatchObject({ scope_refused: 'api:write' })
    lean.reset()
    expect(await other.run(['token'])).toMatchObject({ code: 0, stderr: '' })
    expect(lean.requests).toEqual([])
    expect(await other.run(['refresh'])).toMatchObject({ code: 0, stderr: '' })
    expect(await other.run(['token'])).toMatchObject({ code: 0, stderr: '' })
    await other.close()
    await lean.stop()
  })

  test('by variable selects as by option', async () => {
    const result = await world.run(['token', '--json'], { env: { OAUTHCTL_SCOPE: 'api:read' } })
    expect(JSON.parse(result.stdout)).toMatchObject({ scope: 'api:read' })
  })

  test('is not what the profile says afterwards', async () => {
    await json('--scope', 'api:read')
    const status = await world.run(['status', '--json'])
    expect(JSON.parse(status.stdout).sessions[0].scope).toBe(
      'openid profile offline_access api:read api:write',
    )
  })

  test('is refreshed by itself when it is due', async () => {
    const first = await json('--scope', 'api:read')
    const again = await world.run(['token', '--json', '--scope', 'api:read', '--min-ttl', '99999'])
    expect(JSON.parse(again.stdout)['access_token']).not.toBe(first['access_token'])
    expect(server.requestsTo('/token').at(-1)?.params.get('scope')).toBe('api:read')
    expect((await readStored(world))?.tokens).toHaveLength(2)
  })

  test('that the server does not know is a refusal, and the session lives on', async () => {
    const before = await readStored(world)
    const result = await world.run(['token', '--scope', 'api:admin'])
    expect(result).toMatchObject({ code: 4, stdout: '' })
    expect(result.stderr).toContain('invalid_scope')
    expect((await readStored(world))?.refresh_token).toBe(before?.refresh_token)
    expect(await world.run(['refresh'])).toMatchObject({ code: 0 })
  })

  test('that is granted in part only is exit 4, says what is missing, keeps the rotation', async () => {
    server.alterTokenResponse((answer) => ({ ...answer, scope: 'api:read' }), { times: 1 })
    const result = await world.run(['token', '--scope', 'api:read api:write'])
    expect(result).toMatchObject({ code: 4, stdout: '' })
    expect(result.stderr).toMatch(/did not grant: api:write/)
    expect(result.stderr).toContain('oauthctl login')
    // What is missing must not be given later from the store.
    server.reset()
    expect(await world.run(['token', '--scope', 'api:read api:write'])).toMatchObject({ code: 0 })
    expect(server.requestsTo('/token')).toHaveLength(1)
  })

  test('cannot hide behind a refresh of the login', async () => {
    const first = await json('--scope', 'api:read')
    expect(await world.run(['refresh'])).toMatchObject({ code: 0 })
    expect(await json('--scope', 'api:read')).toEqual(first)
  })
})

describe('a resource', () => {
  const one = 'https://one.example.com/api'
  const two = 'https://two.example.com/api'

  beforeEach(async () => {
    server.reset()
    world = await loggedInWorld(server, {
      scope: 'openid offline_access api:read',
      args: ['--resource', 'http://127.0.0.1:9/api'],
    })
    server.reset()
  })

  afterEach(() => world.close())

  async function json(...args: string[]) {
    const result = await world.run(['token', '--json', ...args])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    return JSON.parse(result.stdout) as Record<string, string>
  }

  test('of the login comes with the token of the login', async () => {
    const main = await json()
    expect(decodeJwt(main['access_token'] ?? '').aud).toBe('http://127.0.0.1:9/api')
    expect(main['resource']).toEqual(['http://127.0.0.1:9/api'])
    expect(await json('--resource', 'http://127.0.0.1:9/api')).toEqual(main)
    expect(server.requests).toEqual([])
    expect(await world.run(['refresh'])).toMatchObject({ code: 0 })
    const renewed = await json()
    expect(renewed['resource']).toEqual(['http://127.0.0.1:9/api'])
    expect(decodeJwt(renewed['access_token'] ?? '').aud).toBe('http://127.0.0.1:9/api')
  })

  test('has a token of its own, kept beside the others', async () => {
    const main = await json()
    server.respond('/token', ({ params }) => ({
      json: {
        access_token: `for.${params
          .getAll('resource')
          .map((at) => at.length)
          .join('.')}`,
        token_type: 'Bearer',
        expires_in: 500 + params.getAll('resource').length,
      },
    }))
    const first = await json('--resource', one)
    expect(first).toMatchObject({ access_token: `for.${one.length}`, resource: [one] })
    const both = await json('--resource', two, '--resource', one)
    expect(both['access_token']).toBe(`for.${two.length}.${one.length}`)
    expect(server.requestsTo('/token').map(({ params }) => params.getAll('resource'))).toEqual([
      [one],
      [two, one],
    ])
    server.reset()
    expect(await json('--resource', one)).toEqual(first)
    expect(await json('--resource', one, '--resource', two)).toEqual(both)
    const variable = { env: { OAUTHCTL_RESOURCE: `${one} ${two}` } }
    expect(JSON.parse((await world.run(['token', '--json'], variable)).stdout)).toEqual(both)
    expect(await json()).toEqual(main)
    expect(server.requests).toEqual([])
  })

  test('that the server does not know is refused, and nothing is lost', async () => {
    server.respond('/token', () => ({ status: 400, json: { error: 'invalid_target' } }), {
      times: 1,
    })
    const result = await world.run(['token', '--resource', 'https://elsewhere.example.com'])
    expect(result).toMatchObject({ code: 4, stdout: '' })
    expect(result.stderr).toContain('invalid_target')
    expect(await world.run(['refresh'])).toMatchObject({ code: 0 })
  })

  test('an audience is asked for and kept in the same way', async () => {
    server.respond('/token', ({ params }) => ({
      json: { access_token: `at-${params.get('audience')}`, token_type: 'Bearer', expires_in: 500 },
    }))
    const asked = await json('--audience', 'billing')
    expect(asked).toMatchObject({ access_token: 'at-billing', audience: 'billing' })
    expect(await json('--audience', 'billing')).toEqual(asked)
    expect(server.requestsTo('/token')).toHaveLength(1)
  })
})
