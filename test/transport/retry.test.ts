import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { runInContainer, SECRET, robot } from '../grants/machines.ts'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import type { Reply } from '../support/http-exchange.ts'
import type { Result } from '../support/program.ts'
import { expireIn, loggedInWorld, readStored } from '../support/stored-session.ts'
import { createWorld } from '../support/world.ts'

let server: AuthorizationServer

beforeAll(async () => {
  server = await startAuthorizationServer({
    clients: [robot('robot', 'client_secret_basic')],
    alwaysRefreshToken: true,
  })
})
afterAll(() => server.stop())
beforeEach(() => server.reset())

const later = (status: number, seconds?: string): Reply => ({
  status,
  headers: seconds === undefined ? {} : { 'retry-after': seconds },
  body: 'later',
})

function clientCredentials(): Promise<Result> {
  return runInContainer(['token', '--client-credentials', '-v'], {
    OAUTHCTL_TOKEN_ENDPOINT: `${server.issuer}/token`,
    OAUTHCTL_CLIENT_ID: 'robot',
    OAUTHCTL_CLIENT_SECRET: SECRET,
  })
}

describe('client credentials', () => {
  it('wait for a server that is just starting', async () => {
    await server.pause()
    const running = clientCredentials()
    await new Promise((resolve) => setTimeout(resolve, 400))
    await server.resume()
    const result = await running
    expect(result).toMatchObject({ code: 0 })
    expect(result.stderr).toContain('trying again in')
  })

  it('do not wait for ever for one that is down', async () => {
    await server.pause()
    const result = await clientCredentials()
    await server.resume()
    expect(result).toMatchObject({ code: 5, stdout: '' })
    expect(result.stderr.match(/trying again/g)).toHaveLength(2)
  })

  it.each([
    ['429', later(429)],
    ['429 with Retry-After', later(429, '1')],
    ['503 with Retry-After', later(503, '1')],
    ['503 with a date', later(503, new Date(Date.now() - 1000).toUTCString())],
  ])('are sent again after %s', async (_, reply) => {
    server.respond('/token', () => reply, { times: 1 })
    expect(await clientCredentials()).toMatchObject({ code: 0 })
    expect(server.requestsTo('/token')).toHaveLength(2)
  })

  it('wait as long as Retry-After says', async () => {
    const times: number[] = []
    server.respond('/token', () => {
      times.push(Date.now())
      return times.length === 1 ? later(503, '2') : undefined
    })
    expect(await clientCredentials()).toMatchObject({ code: 0 })
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(1990)
  })

  it.each([
    ['500', later(500)],
    ['503 without Retry-After', later(503)],
    ['429 with a long Retry-After', later(429, '3600')],
    ['a lost answer', 'drop' as const],
  ])('are not sent again after %s', async (_, reply) => {
    server.respond('/token', () => reply)
    expect(await clientCredentials()).toMatchObject({ code: 5, stdout: '' })
    expect(server.requestsTo('/token')).toHaveLength(1)
  })

  it('are sent three times at most', async () => {
    server.respond('/token', () => later(429, '0'))
    expect(await clientCredentials()).toMatchObject({ code: 5, stdout: '' })
    expect(server.requestsTo('/token')).toHaveLength(3)
  })

  it('stop waiting at Ctrl-C', async () => {
    server.respond('/token', () => later(503, '9'))
    const world = createWorld({
      OAUTHCTL_TOKEN_ENDPOINT: `${server.issuer}/token`,
      OAUTHCTL_CLIENT_ID: 'robot',
      OAUTHCTL_CLIENT_SECRET: SECRET,
    })
    const running = world.start(['token', '--client-credentials', '-v'])
    await running.waitForStderr(/trying again/)
    running.kill('SIGINT')
    expect(await running.exited).toMatchObject({ signal: 'SIGINT', stdout: '' })
    expect(server.requestsTo('/token')).toHaveLength(1)
    await world.close()
  })
})

describe('a refresh token', () => {
  it.each([
    ['429', later(429, '0')],
    ['503 with Retry-After', later(503, '0')],
  ])('is sent again after %s, and that does not count', async (_, reply) => {
    const world = await loggedInWorld(server)
    await expireIn(world, -1)
    server.reset()
    server.respond('/token', () => reply, { times: 6 })
    for (const count of [3, 6]) {
      expect(await world.run(['token'])).toMatchObject({ code: 5, stdout: '' })
      expect(server.requestsTo('/token', 'refresh_token')).toHaveLength(count)
    }
    const before = (await readStored(world))?.refresh_token
    expect(await world.run(['token'])).toMatchObject({ code: 0 })
    expect((await readStored(world))?.refresh_token).not.toBe(before)
    await world.close()
  })
})

describe('an authorization code', () => {
  it.each([
    ['429', later(429, '0')],
    ['503 with Retry-After', later(503, '0')],
    ['a lost answer', 'drop' as const],
  ])('is never sent again: %s', async (_, reply) => {
    const world = createWorld()
    server.respond('/token', () => reply)
    const args = ['--issuer', server.issuer, '--client-id', 'oauthctl-demo', '--scope', 'openid']
    expect(await world.login(args)).toMatchObject({ code: 5, stdout: '' })
    expect(server.requestsTo('/token', 'authorization_code')).toHaveLength(1)
    await world.close()
  })
})
