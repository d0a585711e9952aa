import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import { loggedInWorld, loginArguments, readStored } from '../support/stored-session.ts'
import { startTerminal } from '../support/terminal.ts'
import { createWorld, type World } from '../support/world.ts'

let server: AuthorizationServer
let world: World

beforeAll(async () => {
  server = await startAuthorizationServer()
  world = await loggedInWorld(server, { args: ['work'] })
  const options = { args: ['api'], scope: 'api:read' }
  expect(await world.login(loginArguments(server, options))).toMatchObject({ code: 0 })
})

afterAll(async () => {
  await world.close()
  await server.stop()
})

beforeEach(() => server.reset())

async function expiry(name: string): Promise<string> {
  return `${(await readStored(world, name))?.tokens[0]?.expires_at?.slice(0, 19)}Z`
}

describe('status', () => {
  test('is a table', async () => {
    const result = await world.run(['status'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const [head, ...rows] = result.stdout.trimEnd().split('\n')
    expect(head?.split(/ {2,}/)).toEqual([
      'PROFILE',
      'ISSUER',
      'WHO',
      'SCOPES',
      'EXPIRES',
      'REFRESHABLE',
      'STORE',
    ])
    expect(rows).toHaveLength(2)
    expect(rows[1]?.split(/ {2,}/)).toEqual([
      'work',
      server.issuer,
      'demo',
      'openid profile offline_access api:read api:write',
      'in 60 min',
      'yes',
      'file',
    ])
    expect(rows[0]).toMatch(/^api .* no /)
  })

  test('--json', async () => {
    const result = await world.run(['status', '--json'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(result.stdout)).toEqual({
      sessions: [
        {
          profile: 'api',
          issuer: server.issuer,
          client_id: 'oauthctl-demo',
          scope: 'api:read',
          expires_at: await expiry('api'),
          refreshable: false,
          store: 'file',
        },
        {
          profile: 'work',
          issuer: server.issuer,
          client_id: 'oauthctl-demo',
          sub: 'user-demo',
          scope: 'openid profile offline_access api:read api:write',
          expires_at: await expiry('work'),
          refreshable: true,
          store: 'file',
        },
      ],
    })
  })

  test('of one profile', async () => {
    const result = await world.run(['status', 'work', '--json'])
    expect(JSON.parse(result.stdout).sessions).toHaveLength(1)
    expect(await world.run(['status', 'wrok'])).toMatchObject({ code: 2, stdout: '' })
    expect(JSON.parse((await world.run(['-p', 'api', 'status', '--json'])).stdout)).toMatchObject({
      sessions: [{ profile: 'api' }],
    })
  })

  test('reads no store, asks nobody, and holds no secret', async () => {
    const before = await world.run(['status'])
    const hidden = await world.run(['-c', 'mv sessions hidden'], {
      command: ['/bin/sh'],
      cwd: world.stateDir,
    })
    expect(hidden.code).toBe(0)
    await server.pause()
    const env = { OAUTHCTL_STORE_KEY: undefined, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' }
    const result = await world.run(['status'], { env })
    await server.resume()
    await world.run(['-c', 'mv hidden sessions'], { command: ['/bin/sh'], cwd: world.stateDir })
    expect(result).toMatchObject({ code: 0, stderr: '', stdout: before.stdout })
    const index = await world.run(['-c', 'cat index/*'], {
      command: ['/bin/sh'],
      cwd: world.stateDir,
    })
    const session = await readStored(world, 'work')
    for (const secret of [
      session?.refresh_token,
      session?.id_token,
      session?.tokens[0]?.access_token,
    ])
      expect(index.stdout).not.toContain(secret)
  })

  test('shows no sessions of another profile file', async () => {
    const config = join(world.root, 'other.json')
    const result = await world.run(['status', '--config', config])
    expect(result).toMatchObject({ code: 0, stdout: '' })
    expect(result.stderr).toContain('Nobody is logged in')
    const json = await world.run(['status', '--json', '--config', config])
    expect(JSON.parse(json.stdout)).toEqual({ sessions: [] })
  })

  test('an index that was lost comes back with the next use of the session', async () => {
    rmSync(join(world.stateDir, 'index'), { recursive: true })
    expect(await world.run(['status'])).toMatchObject({ code: 0, stdout: '' })
    expect(await world.run(['token', 'work'])).toMatchObject({ code: 0, stderr: '' })
    expect(await world.run(['token', 'api'])).toMatchObject({ code: 0, stderr: '' })
    expect((await world.run(['status'])).stdout).toContain('work')
  })

  test.runIf(process.platform === 'linux')(
    'gives blocks where the table does not fit',
    async () => {
      const narrow = startTerminal(['status'], { env: world.env, columns: 60 })
      expect(await narrow.exited).toBe(0)
      expect(narrow.text()).toMatch(/profile +api\nissuer +http/)
      expect(narrow.text()).toContain(
        'scopes       openid profile offline_access api:read api:write',
      )
      const wide = startTerminal(['status'], { env: world.env, columns: 200 })
      expect(await wide.exited).toBe(0)
      expect(wide.text()).toMatch(/^PROFILE +ISSUER/)
    },
  )
})

test('without a name and a default, a command says which profiles there are', async () => {
  const config = world.readConfig() as { profiles: object }
  world.writeConfig({ profiles: config.profiles })
  const result = await world.run(['token'])
  world.writeConfig(config)
  expect(result).toMatchObject({ code: 3, stdout: '' })
  expect(result.stderr).toMatch(/no profile is named[\s\S]*oauthctl token (work|api)$/m)
})

test('status where nobody is logged in', async () => {
  const nobody = createWorld()
  const result = await nobody.run(['status'])
  expect(result).toMatchObject({ code: 0, stdout: '' })
  expect(result.stderr).toContain('oauthctl login')
  nobody.writeConfig({
    profiles: { work: { issuer: 'https://login.example.com', client_id: 'a' } },
  })
  expect(await nobody.run(['status', 'work'])).toMatchObject({ code: 3, stdout: '' })
  await nobody.close()
})

test('logout --all where nobody is logged in says so', async () => {
  const empty = createWorld()
  const result = await empty.run(['logout', '--all'])
  await empty.close()
  expect(result).toMatchObject({ code: 0, stdout: '', stderr: 'Nobody is logged in\n' })
})
