import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import type { Reply } from '../support/http-exchange.ts'
import { expireIn, loggedInWorld, readStored } from '../support/stored-session.ts'
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
  await expireIn(world, -1)
})

afterEach(() => world.close())

function presented(): (string | null)[] {
  return server.requestsTo('/token').map(({ params }) => params.get('refresh_token'))
}

/** All text that stands in files below the folder, with their names. */
function allFiles(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path}\n${readFileSync(path, 'utf8')}`)
    .join('\n')
}

const unknown: [string, Reply][] = [
  ['500', { status: 500, body: 'oops' }],
  ['503 without Retry-After', { status: 503 }],
  ['a dropped connection', 'drop'],
  ['no answer in time', 'hang'],
  ['200 that is HTML', { headers: { 'content-type': 'text/html' }, body: '<html>' }],
  ['200 that is half JSON', { headers: { 'content-type': 'application/json' }, body: '{"acc' }],
  ['200 that is empty', { headers: { 'content-type': 'application/json' }, body: '' }],
  ['200 without an access token', { json: { token_type: 'Bearer' } }],
  ['200 that is larger than 1 MiB', { body: 'x'.repeat(1_100_000) }],
]

describe.each(unknown)('%s: nobody knows whether the refresh token is spent', (_, reply) => {
  test('it is presented at most once more, then exit 3 without sending', async () => {
    const { refresh_token: sent } = (await readStored(world)) ?? {}
    server.respond('/token', () => reply)
    for (let i = 0; i < 2; i += 1) {
      expect(await world.run(['token', '--timeout', '1'])).toMatchObject({ code: 5, stdout: '' })
    }
    expect(presented()).toEqual([sent, sent])
    const status = await world.run(['status', '--json'])
    expect(JSON.parse(status.stdout)).toMatchObject({ sessions: [{ refreshable: false }] })
    for (const command of ['token', 'refresh']) {
      const result = await world.run([command])
      expect(result).toMatchObject({ code: 3, stdout: '' })
      expect(result.stderr).toMatch(/oauthctl login$/m)
    }
    expect(presented()).toHaveLength(2)
    expect((await readStored(world))?.refresh_token).toBe(sent)
  })
})

test('200 with a new refresh token alone: its successor is kept', async () => {
  server.alterTokenResponse(({ refresh_token, token_type }) => ({ refresh_token, token_type }), {
    times: 1,
  })
  expect(await world.run(['token'])).toMatchObject({ code: 5, stdout: '' })
  const answer = JSON.parse(server.requestsTo('/token')[0]?.answered?.body ?? '{}')
  expect((await readStored(world))?.refresh_token).toBe(answer.refresh_token)
  expect(await world.run(['token'])).toMatchObject({ code: 0, stderr: '' })
})

describe('after an unknown outcome', () => {
  test('the second presentation that succeeds makes all good', async () => {
    server.respond('/token', () => 'drop', { times: 1 })
    expect(await world.run(['token'])).toMatchObject({ code: 5 })
    expect(await world.run(['token'])).toMatchObject({ code: 0, stderr: '' })
    for (let i = 0; i < 3; i += 1) expect(await world.run(['refresh'])).toMatchObject({ code: 0 })
  })

  test('a server that had rotated refuses the second presentation: exit 3', async () => {
    const drop = server.alter('/token', () => 'drop')
    expect(await world.run(['token'])).toMatchObject({ code: 5 })
    drop()
    const result = await world.run(['token'])
    expect(result).toMatchObject({ code: 3, stdout: '' })
    expect(result.stderr).toContain('invalid_grant')
    expect(presented()).toHaveLength(2)
  })

  test('failures that send nothing do not use up the second presentation', async () => {
    server.respond('/token', () => 'drop', { times: 1 })
    expect(await world.run(['token'])).toMatchObject({ code: 5 })
    await server.pause()
    for (let i = 0; i < 2; i += 1) expect(await world.run(['token'])).toMatchObject({ code: 5 })
    await server.resume()
    expect(await world.run(['token'])).toMatchObject({ code: 0 })
  })

  test('a new login starts from nothing', async () => {
    server.respond('/token', () => 'drop', { times: 2 })
    for (let i = 0; i < 2; i += 1) await world.run(['token'])
    expect(await world.run(['token'])).toMatchObject({ code: 3 })
    expect(await world.login(['--prompt', 'consent'])).toMatchObject({ code: 0 })
    expect(await world.run(['refresh'])).toMatchObject({ code: 0 })
  })

  test('the journal is private and holds no secret', async () => {
    const session = await readStored(world)
    server.respond('/token', () => 'drop')
    await world.run(['token'])
    const journal = join(world.stateDir, 'journal')
    expect(readdirSync(journal)).toHaveLength(1)
    const text = allFiles(world.home)
    for (const secret of [
      session?.refresh_token,
      session?.id_token,
      session?.tokens[0]?.access_token,
    ])
      expect(text).not.toContain(secret)
    for (const name of readdirSync(journal))
      expect(statSync(join(journal, name)).mode & 0o777).toBe(0o600)
    server.reset()
    expect(await world.run(['token'])).toMatchObject({ code: 0 })
    expect(readdirSync(journal)).toEqual([])
  })
})

describe('kill -9 in the middle of a refresh', () => {
  test('counts as one presentation, and the lock is free at once', async () => {
    server.respond('/token', () => 'hang', { times: 2 })
    for (let i = 1; i <= 2; i += 1) {
      const running = world.start(['token'])
      while (server.requestsTo('/token').length < i) await new Promise((r) => setTimeout(r, 20))
      running.kill('SIGKILL')
      expect(await running.exited).toMatchObject({ signal: 'SIGKILL', stdout: '' })
    }
    const result = await world.run(['token'], { timeoutMs: 5000 })
    expect(result).toMatchObject({ code: 3, stdout: '' })
    expect(presented()).toHaveLength(2)
  })

  test('once is no harm', async () => {
    server.respond('/token', () => 'hang', { times: 1 })
    const running = world.start(['token'])
    while (server.requestsTo('/token').length < 1) await new Promise((r) => setTimeout(r, 20))
    running.kill('SIGKILL')
    await running.exited
    expect(await world.run(['token'], { timeoutMs: 5000 })).toMatchObject({ code: 0 })
  })

  test('Ctrl-C is a death by SIGINT and leaves no lock', async () => {
    server.respond('/token', () => 'hang', { times: 1 })
    const running = world.start(['token'])
    while (server.requestsTo('/token').length < 1) await new Promise((r) => setTimeout(r, 20))
    running.kill('SIGINT')
    expect(await running.exited).toMatchObject({ signal: 'SIGINT', stdout: '' })
    expect(readdirSync(join(world.stateDir, 'locks'))).toEqual([])
    expect(await world.run(['token'])).toMatchObject({ code: 0 })
  })
})
