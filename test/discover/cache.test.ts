import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import { createWorld, type World } from '../support/world.ts'

const address = '/.well-known/openid-configuration'
let server: AuthorizationServer
let world: World

beforeAll(async () => {
  server = await startAuthorizationServer({ alwaysRefreshToken: true })
})
afterAll(() => server.stop())
beforeEach(() => {
  world = createWorld()
})
afterEach(async () => {
  server.reset()
  await world.close()
})

/** Lets the metadata come with these headers; a condition that holds is answered with 304. */
function serveWith(headers: Record<string, string>): void {
  server.alter(address, (original, { headers: asked }) => {
    const unchanged =
      (headers['etag'] !== undefined && asked['if-none-match'] === headers['etag']) ||
      (headers['last-modified'] !== undefined &&
        asked['if-modified-since'] === headers['last-modified'])
    if (unchanged) return { status: 304, headers }
    return { ...original, headers: { ...original.headers, ...headers } }
  })
}

async function login(): Promise<void> {
  const { code } = await world.login(['--issuer', server.issuer, '--client-id', 'oauthctl-demo'])
  expect(code).toBe(0)
}

async function refresh(): Promise<void> {
  expect((await world.run(['refresh'])).code).toBe(0)
}

function answers(): (number | undefined)[] {
  return server.requestsTo(address).map(({ answered }) => answered?.status)
}

/** Changes the stored metadata on the disk. */
function changeStored(change: (stored: Record<string, string>) => object): void {
  const folder = join(world.stateDir, 'cache')
  for (const name of readdirSync(folder)) {
    const file = join(folder, name)
    const stored = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
    if (stored['url']?.endsWith(address)) writeFileSync(file, JSON.stringify(change(stored)))
  }
}

function ago(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString()
}

test('a refresh uses the stored metadata, a login asks again', async () => {
  serveWith({ etag: '"one"', 'cache-control': 'max-age=600' })
  await login()
  expect(answers()).toEqual([200])
  await refresh()
  expect((await world.run(['token'])).code).toBe(0)
  expect(answers()).toEqual([200])
  await login()
  expect(answers()).toEqual([200, 304])
})

test.each([
  ['etag', '"tag"', 'if-none-match'],
  ['last-modified', 'Wed, 21 Oct 2015 07:28:00 GMT', 'if-modified-since'],
])('what is not fresh any more is asked for by %s', async (name, value, condition) => {
  serveWith({ [name]: value, 'cache-control': 'max-age=0' })
  await login()
  await refresh()
  await refresh()
  expect(answers()).toEqual([200, 304, 304])
  const asked = server.requestsTo(address).map(({ headers }) => headers[condition])
  expect(asked).toEqual([undefined, value, value])
})

test('no-store is not stored', async () => {
  serveWith({ etag: '"one"', 'cache-control': 'no-store' })
  await login()
  await refresh()
  expect(answers()).toEqual([200, 200])
  const stored = readdirSync(join(world.stateDir, 'cache')).map((name) =>
    readFileSync(join(world.stateDir, 'cache', name), 'utf8'),
  )
  expect(stored.filter((text) => text.includes(address))).toEqual([])
})

test('no-cache is asked for every time', async () => {
  serveWith({ etag: '"one"', 'cache-control': 'no-cache' })
  await login()
  await refresh()
  expect(answers()).toEqual([200, 304])
})

test('nothing is fresh for more than a day, whatever the server says', async () => {
  serveWith({ 'cache-control': 'max-age=31536000' })
  await login()
  changeStored((stored) => ({ ...stored, checked_at: ago(23 * 3600) }))
  await refresh()
  expect(answers()).toEqual([200])
  changeStored((stored) => {
    const untouched = Date.parse(stored['fresh_until_at'] ?? '')
    expect(untouched).toBeLessThanOrEqual(Date.now() + 86_400_000)
    return { ...stored, checked_at: ago(25 * 3600), fresh_until_at: ago(-86_400) }
  })
  await refresh()
  expect(answers()).toEqual([200, 200])
})

test('a stored time in the future, and a stored text that is none, are no cache', async () => {
  serveWith({ 'cache-control': 'max-age=600' })
  await login()
  changeStored((stored) => ({ ...stored, checked_at: ago(-7200), fresh_until_at: ago(-9000) }))
  await refresh()
  expect(answers()).toEqual([200, 200])
  const folder = join(world.stateDir, 'cache')
  for (const name of readdirSync(folder)) writeFileSync(join(folder, name), '{"key":')
  await refresh()
  expect(answers()).toEqual([200, 200, 200])
})

test('metadata of another issuer is never stored', async () => {
  server.alterMetadata((json) => ({ ...json, issuer: 'https://evil.example' }), { times: 1 })
  const args = ['login', '--issuer', server.issuer, '--client-id', 'oauthctl-demo']
  expect((await world.run(args)).code).toBe(5)
  await login()
})

test('what a login revalidated is what a later refresh uses', async () => {
  serveWith({ etag: '"one"', 'cache-control': 'max-age=600' })
  await login()
  server.reset()
  server.alterMetadata((json) => ({ ...json, token_endpoint: `${server.issuer}/token?moved` }))
  await login()
  await refresh()
  const targets = server.requestsTo('/token').map(({ query }) => query.has('moved'))
  expect(targets).toEqual([true, true])
})
