import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import { changeStored, expireIn, loggedInWorld } from '../support/stored-session.ts'
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

async function expectCheck(code: number, args: string[] = [], from = world): Promise<void> {
  expect(await from.run(['token', '--check', ...args])).toEqual({
    code,
    signal: null,
    stdout: '',
    stderr: '',
  })
  expect(server.requests).toEqual([])
}

test('--check says nothing, asks nobody, and tells by its exit code', async () => {
  await expectCheck(0)
  await expectCheck(0, ['--json'])
  await expireIn(world, -5)
  await expectCheck(0)
  await expectCheck(0, ['--scope', 'api:read'])

  await changeStored(world, ({ refresh_token: _, ...session }) => session)
  await expectCheck(3)
  await expireIn(world, 1000)
  await expectCheck(0)
  await expectCheck(3, ['--min-ttl', '2000'])
  await expectCheck(3, ['--scope', 'api:read'])
  await changeStored(world, (session) => ({ ...session, ended: 'invalid_grant' }))
  await expectCheck(0)
  await expireIn(world, -5)
  await expectCheck(3)
})

test('--check is 3 where nobody is logged in', async () => {
  const nobody = createWorld()
  await expectCheck(3, [], nobody)
  nobody.writeConfig({ profiles: { work: { issuer: server.issuer, client_id: 'cli' } } })
  await expectCheck(3, ['work'], nobody)
  await nobody.close()
})

test('--check is 3, without a word, for a profile that has moved to another server', async () => {
  const config = world.readConfig() as { profiles: { default: object } }
  const moved = { ...config.profiles.default, issuer: 'https://elsewhere.example.com' }
  world.writeConfig({ ...config, profiles: { default: moved } })
  await expectCheck(3)
})

test('--check --id-token asks for the ID token', async () => {
  await expectCheck(0, ['--id-token'])
  await changeStored(world, ({ id_token: _, ...session }) => session)
  await expectCheck(3, ['--id-token'])
})

test('--check knows of a refresh token that will not be sent any more', async () => {
  await expireIn(world, -5)
  server.respond('/token', () => 'drop')
  expect(await world.run(['token'])).toMatchObject({ code: 5 })
  expect(await world.run(['token'])).toMatchObject({ code: 5 })
  server.reset()
  await expectCheck(3)
})

test('--check with a wrong profile name or an unusable store is an error like any other', async () => {
  const unknown = await world.run(['token', 'wrok', '--check'])
  expect(unknown).toMatchObject({ code: 2, stdout: '' })
  expect(unknown.stderr).toContain('wrok')
  const locked = await world.run(['token', '--check'], { env: { OAUTHCTL_STORE_KEY: undefined } })
  expect(locked).toMatchObject({ code: 7, stdout: '' })
})
