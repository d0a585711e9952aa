import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import { changeStored, expireIn, loggedInWorld, readStored } from '../support/stored-session.ts'
import type { World } from '../support/world.ts'

let server: AuthorizationServer
let world: World

beforeAll(async () => {
  server = await startAuthorizationServer()
  world = await loggedInWorld(server)
})

beforeEach(() => server.reset())

afterAll(async () => {
  await world.close()
  await server.stop()
})

async function accessToken(): Promise<string> {
  return (await readStored(world))?.tokens[0]?.access_token ?? ''
}

/** Gives the stored token a lifetime of `lifetime` seconds, `left` of them to come. */
async function live(lifetime: number, left: number): Promise<void> {
  const at = (ms: number) => new Date(Date.now() + ms * 1000).toISOString()
  await changeStored(world, (session) => ({
    ...session,
    tokens: session.tokens.map((token) => ({
      ...token,
      obtained_at: at(left - lifetime),
      expires_at: at(left),
    })),
  }))
}

describe('a stored token that is fresh', () => {
  test('is printed alone, without a request', async () => {
    expect(await world.run(['token'])).toEqual({
      code: 0,
      signal: null,
      stdout: `${await accessToken()}\n`,
      stderr: '',
    })
    expect(server.requests).toEqual([])
  })

  test.each([
    ['61 of 3600 seconds', 3600, 63, [], false],
    ['less than 60 of 3600 seconds', 3600, 58, [], true],
    ['a fifth of a short lifetime', 100, 23, [], false],
    ['less than a fifth of a short lifetime', 100, 19, [], true],
    ['more than --min-ttl', 3600, 58, ['--min-ttl', '50'], false],
    ['less than --min-ttl', 3600, 500, ['--min-ttl', '600'], true],
    ['a second, and --min-ttl 0', 3600, 5, ['--min-ttl', '0'], false],
  ])('with %s left', async (_, lifetime, left, args, refreshed) => {
    await live(lifetime, left)
    const before = await accessToken()
    const result = await world.run(['token', ...args])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout === `${before}\n`).toBe(!refreshed)
    expect(server.requestsTo('/token', 'refresh_token')).toHaveLength(refreshed ? 1 : 0)
  })

  test('OAUTHCTL_MIN_TTL is the same as --min-ttl', async () => {
    await live(3600, 500)
    const result = await world.run(['token'], { env: { OAUTHCTL_MIN_TTL: '600' } })
    expect(result.code).toBe(0)
    expect(server.requestsTo('/token')).toHaveLength(1)
  })

  test('a --min-ttl that no token of the server has costs one request and a warning', async () => {
    const result = await world.run(['token', '--min-ttl', '100000'])
    expect(result.code).toBe(0)
    expect(result.stdout).toBe(`${await accessToken()}\n`)
    expect(result.stderr).toMatch(/^warning: .*--min-ttl/)
    expect(server.requestsTo('/token')).toHaveLength(1)
  })

  test.each(['--min-ttl=abc', '--min-ttl=-1', '--min-ttl='])('refuses %s', async (option) => {
    const result = await world.run(['token', option])
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toContain('--min-ttl')
  })
})

describe('a token that is due', () => {
  test('is refreshed, and the rotated refresh token is stored', async () => {
    const before = await readStored(world)
    await expireIn(world, -1)
    const result = await world.run(['token'])
    const after = await readStored(world)
    expect(result).toEqual({
      code: 0,
      signal: null,
      stdout: `${after?.tokens[0]?.access_token}\n`,
      stderr: '',
    })
    expect(after?.refresh_token).not.toBe(before?.refresh_token)
    const answer = JSON.parse(server.requestsTo('/token')[0]?.answered?.body ?? '{}')
    expect(after?.refresh_token).toBe(answer.refresh_token)
    expect(after?.tokens[0]?.access_token).toBe(answer.access_token)
  })

  test('keeps its refresh token where the server gives no new one', async () => {
    const before = await readStored(world)
    await expireIn(world, -1)
    const token = 'a.new-access_token~1'
    server.respond('/token', () => ({
      json: { access_token: token, token_type: 'Bearer', expires_in: 1000 },
    }))
    expect(await world.run(['token'])).toMatchObject({ code: 0, stdout: `${token}\n` })
    const after = await readStored(world)
    expect(after?.refresh_token).toBe(before?.refresh_token)
    expect(after?.id_token).toBe(before?.id_token)
    expect(after?.tokens[0]?.scope).toBe(before?.tokens[0]?.scope)
  })

  test.each([
    ['missing', undefined, undefined],
    ['null', null, undefined],
    ['a string', '1800', 1800],
    ['no number', 'soon', undefined],
    ['a number with a fraction', 1800.5, 1800.5],
  ])('understands an expires_in that is %s', async (_, expiresIn, seconds) => {
    await expireIn(world, -1)
    server.respond('/token', () => ({
      json: { access_token: 'token-1', token_type: 'Bearer', expires_in: expiresIn },
    }))
    const sent = Date.now()
    expect(await world.run(['token'])).toMatchObject({ code: 0, stdout: 'token-1\n', stderr: '' })
    const stored = (await readStored(world))?.tokens[0]
    if (seconds === undefined) expect(stored?.expires_at).toBeUndefined()
    else {
      const ttl = (Date.parse(stored?.expires_at ?? '') - sent) / 1000
      expect(ttl).toBeGreaterThan(seconds - 1)
      expect(ttl).toBeLessThan(seconds + 20)
    }
    server.reset()
    // A token of unknown lifetime is used until it is refused.
    expect(await world.run(['token'])).toMatchObject({ code: 0, stdout: 'token-1\n' })
    expect(server.requests).toEqual([])
  })

  test.each([
    ['missing', undefined, 'Bearer'],
    ['in lower case', 'bearer', 'Bearer'],
    ['in upper case', 'BEARER', 'Bearer'],
  ])('understands a token_type that is %s', async (_, tokenType, shown) => {
    await expireIn(world, -1)
    server.respond('/token', () => ({
      json: { access_token: 'token-2', token_type: tokenType, expires_in: 100 },
    }))
    const result = await world.run(['token', '--output', 'header'])
    expect(result).toMatchObject({
      code: 0,
      stdout: `Authorization: ${shown} token-2\n`,
      stderr: '',
    })
  })

  test.each([
    ['a space', 'two words'],
    ['a line break', 'one\nX-Injected: yes'],
    ['a quote', "it's"],
    ['an escape sequence', '\u001b[31mred'],
    ['nothing', ''],
  ])('refuses an access token with %s in it', async (_, text) => {
    await expireIn(world, -1)
    server.respond('/token', () => ({
      json: { access_token: text, token_type: 'Bearer', expires_in: 100, refresh_token: 'rt-next' },
    }))
    const result = await world.run(['token'])
    expect(result).toMatchObject({ code: 5, stdout: '' })
    expect(result.stderr).toMatch(/^error: /)
    if (text !== '') expect(result.stderr).not.toContain(text)
    // The server may have spent the old refresh token, so its successor counts.
    expect((await readStored(world))?.refresh_token).toBe('rt-next')
  })
})
