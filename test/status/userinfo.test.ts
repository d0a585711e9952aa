import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import { expireIn, loggedInWorld, readStored } from '../support/stored-session.ts'
import type { World } from '../support/world.ts'

let server: AuthorizationServer
let world: World

beforeAll(async () => {
  server = await startAuthorizationServer()
  world = await loggedInWorld(server)
})

afterAll(async () => {
  await world.close()
  await server.stop()
})

beforeEach(() => server.reset())

function answer(body: string, type = 'application/json'): void {
  server.respond('/me', () => ({ headers: { 'content-type': type }, body }))
}

describe('userinfo', () => {
  test('is what the server says', async () => {
    const result = await world.run(['userinfo'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(result.stdout)).toEqual({
      sub: 'user-demo',
      name: 'Demo User',
      preferred_username: 'demo',
    })
    const token = (await readStored(world))?.tokens[0]?.access_token
    expect(server.requestsTo('/me')[0]?.headers['authorization']).toBe(`Bearer ${token}`)
    expect(await world.run(['userinfo', '--json'])).toMatchObject({ stdout: result.stdout })
  })

  test('stays verbatim: large numbers, duplicates, escapes, other scripts', async () => {
    answer(
      '{"sub":"user-demo","id":12345678901234567890,"f":1.10,"a":1,"a":2,"n":"\\u00e9é日本🎉"}',
    )
    const { code, stdout } = await world.run(['userinfo'])
    expect(code).toBe(0)
    expect(stdout.replaceAll(/\s/g, '')).toBe(
      '{"sub":"user-demo","id":12345678901234567890,"f":1.10,"a":1,"a":2,"n":"\\u00e9é日本🎉"}',
    )
  })

  test('shows control and direction-changing characters as JSON escapes', async () => {
    const name = 'a\u009b31m\u202ebidi\u200b\u007f'
    answer(JSON.stringify({ sub: 'user-demo', name }))
    const { stdout } = await world.run(['userinfo'])
    // oxlint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/[\u007f-\u009f\u202e\u200b]/)
    expect(JSON.parse(stdout)).toEqual({ sub: 'user-demo', name })
  })

  test('of somebody else is refused (5)', async () => {
    answer('{"sub":"user-other","name":"Other"}')
    const result = await world.run(['userinfo'])
    expect(result).toMatchObject({ code: 5, stdout: '' })
    expect(result.stderr).not.toContain('Other')
  })

  test('a refused token is exit 4 with what to do', async () => {
    server.respond('/me', () => ({
      status: 401,
      headers: { 'www-authenticate': 'Bearer error="invalid_token", error_description="gone"' },
    }))
    const result = await world.run(['userinfo'])
    expect(result).toMatchObject({ code: 4, stdout: '' })
    expect(result.stderr).toContain('oauthctl refresh')
  })

  test.each([
    ['HTML', '<html>', 'text/html'],
    ['broken JSON', '{"sub":', 'application/json'],
    ['a list', '[]', 'application/json'],
    ['nothing', '', 'application/json'],
    ['a JWT', 'eyJhbGciOiJub25lIn0.e30.', 'application/jwt'],
    ['no sub', '{}', 'application/json'],
  ])('an answer that is %s is exit 5', async (_, body, type) => {
    answer(body, type)
    const result = await world.run(['userinfo'])
    expect(result).toMatchObject({ code: 5, stdout: '' })
    expect(result.stderr).not.toContain('fault of oauthctl')
  })

  test('a server that fails is exit 5', async () => {
    server.respond('/me', () => ({ status: 503 }))
    expect(await world.run(['userinfo'])).toMatchObject({ code: 5, stdout: '' })
  })

  test('refreshes a token that is due', async () => {
    await expireIn(world, -1)
    expect(await world.run(['userinfo'])).toMatchObject({ code: 0, stderr: '' })
    expect(server.requestsTo('/token')).toHaveLength(1)
  })

  test('does not follow a redirect with the token', async () => {
    server.respond('/me', () => ({ status: 302, headers: { location: `${server.url}/stolen` } }))
    expect(await world.run(['userinfo'])).toMatchObject({ code: 5, stdout: '' })
    expect(server.requestsTo('/stolen')).toEqual([])
  })
})
