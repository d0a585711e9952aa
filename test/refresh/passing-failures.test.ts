import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import type { Reply } from '../support/http-exchange.ts'
import { changeStored, expireIn, loggedInWorld, readStored } from '../support/stored-session.ts'
import type { World } from '../support/world.ts'

let server: AuthorizationServer
let world: World
let refreshToken: string | undefined

beforeAll(async () => {
  server = await startAuthorizationServer()
  world = await loggedInWorld(server)
})

afterAll(async () => {
  await world.close()
  await server.stop()
})

beforeEach(async () => {
  server.reset()
  // A refresh token of its own for each test, as every answer here is made by the test.
  refreshToken = `refresh-token-${Math.random()}`
  await changeStored(world, (session) => ({ ...session, refresh_token: refreshToken ?? '' }))
})

/** Failures that leave a session as it was, with the reply of the token endpoint. */
const failures: [string, Reply][] = [
  ['500 with HTML', { status: 500, headers: { 'content-type': 'text/html' }, body: '<h1>Oops' }],
  ['500 with an OAuth error', { status: 500, json: { error: 'server_error' } }],
  ['502', { status: 502, body: 'bad gateway' }],
  ['503 with Retry-After', { status: 503, headers: { 'retry-after': '120' } }],
  ['429', { status: 429, headers: { 'retry-after': '120' }, body: 'slow down' }],
  ['temporarily_unavailable', { status: 400, json: { error: 'temporarily_unavailable' } }],
  ['no answer in time', 'hang'],
  ['a dropped connection', 'drop'],
]

describe.each(failures)('%s', (_, reply) => {
  test('with a token that still lives: it is printed, with a warning', async () => {
    await expireIn(world, 30)
    server.respond('/token', () => reply)
    const result = await world.run(['token', '--timeout', '1'])
    const stored = await readStored(world)
    expect(result).toMatchObject({ code: 0, stdout: `${stored?.tokens[0]?.access_token}\n` })
    expect(result.stderr).toMatch(/^warning: .*\n$/)
    expect(stored?.refresh_token).toBe(refreshToken)
  })

  test('with a token that has expired: exit 5, and the session is as it was', async () => {
    await expireIn(world, -1)
    const before = await readStored(world)
    server.respond('/token', () => reply)
    const result = await world.run(['token', '--timeout', '1', '--json'])
    expect(result).toMatchObject({ code: 5, stdout: '' })
    const { error } = JSON.parse(result.stderr.trim().split('\n').at(-1) ?? '')
    expect(error).toMatchObject({ retryable: true, exit_code: 5 })
    expect(error.hint).toBeTruthy()
    expect(await readStored(world)).toEqual(before)
  })
})

describe('a server that is down', () => {
  afterEach(() => server.resume())

  test('does not count as a presentation, however often', async () => {
    await expireIn(world, -1)
    await server.pause()
    for (let i = 0; i < 3; i += 1) {
      const result = await world.run(['token'])
      expect(result).toMatchObject({ code: 5, stdout: '' })
      expect(result.stderr).toContain('nothing listens')
    }
    await expireIn(world, 20)
    const result = await world.run(['token'])
    expect(result).toMatchObject({ code: 0 })
    expect(result.stderr).toMatch(/^warning: /)
  })
})

describe('a refusal that spends nothing', () => {
  test.each([
    ['429', { status: 429, headers: { 'retry-after': '120' } }],
    ['503 with Retry-After', { status: 503, headers: { 'retry-after': '120' } }],
  ] as [string, Reply][])('%s does not count as a presentation', async (_, reply) => {
    await expireIn(world, -1)
    server.respond('/token', () => reply, { times: 4 })
    for (let i = 0; i < 4; i += 1) expect(await world.run(['token'])).toMatchObject({ code: 5 })
    server.respond('/token', () => ({
      json: { access_token: 'at-good', token_type: 'Bearer', expires_in: 100 },
    }))
    expect(await world.run(['token'])).toMatchObject({ code: 0, stdout: 'at-good\n' })
  })
})
