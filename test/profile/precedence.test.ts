import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import { loggedInWorld } from '../support/stored-session.ts'
import { programPath } from '../support/project.ts'
import type { World } from '../support/world.ts'

let server: AuthorizationServer
let world: World

beforeAll(async () => {
  server = await startAuthorizationServer({ alwaysRefreshToken: true })
  world = await loggedInWorld(server, { args: ['one'] })
  const args = ['two', '--issuer', server.issuer, '--client-id', 'oauthctl-demo']
  expect(await world.login(args)).toMatchObject({ code: 0 })
})

afterAll(async () => {
  await world.close()
  await server.stop()
})

beforeEach(() => server.reset())

async function profileOf(args: string[], env = {}): Promise<string> {
  const result = await world.run([...args, '--json'], { env })
  expect(result).toMatchObject({ code: 0, stderr: '' })
  return JSON.parse(result.stdout).profile
}

describe('which profile', () => {
  test.each([
    ['the default of the file', ['token'], {}, 'one'],
    ['a variable', ['token'], { OAUTHCTL_PROFILE: 'two' }, 'two'],
    ['an empty variable', ['token'], { OAUTHCTL_PROFILE: '' }, 'one'],
    ['an option before the command', ['-p', 'two', 'token'], {}, 'two'],
    ['an option behind it', ['token', '-p', 'two'], {}, 'two'],
    ['--profile=NAME', ['token', '--profile=two'], {}, 'two'],
    ['an option over a variable', ['token', '-p', 'one'], { OAUTHCTL_PROFILE: 'two' }, 'one'],
    ['the argument', ['token', 'two'], {}, 'two'],
    ['the argument over a variable', ['token', 'one'], { OAUTHCTL_PROFILE: 'two' }, 'one'],
  ])('%s', async (_, args, env, profile) => {
    expect(await profileOf(args, env)).toBe(profile)
  })

  test('two names are refused', async () => {
    const result = await world.run(['token', 'one', '-p', 'two'])
    expect(result).toMatchObject({ code: 2, stdout: '' })
  })
})

describe('an option, a variable, a profile', () => {
  test('win in this order', async () => {
    const config = world.readConfig() as { profiles: Record<string, object> }
    world.writeConfig({
      ...config,
      profiles: { ...config.profiles, one: { ...config.profiles['one'], min_ttl: 100_000 } },
    })
    const requests = async (args: string[], env = {}): Promise<number> => {
      server.reset()
      expect(await world.run(['token', 'one', ...args], { env })).toMatchObject({ code: 0 })
      return server.requestsTo('/token').length
    }
    expect(await requests([])).toBe(1)
    expect(await requests([], { OAUTHCTL_MIN_TTL: '10' })).toBe(0)
    expect(await requests(['--min-ttl', '100000'], { OAUTHCTL_MIN_TTL: '10' })).toBe(1)
    expect(await requests(['--min-ttl', '10'], { OAUTHCTL_MIN_TTL: '100000' })).toBe(0)
    world.writeConfig(config)
  })

  test.each([
    ['OAUTHCTL_TIMEOUT', 'soon'],
    ['OAUTHCTL_MIN_TTL', '-5'],
    ['OAUTHCTL_ALLOW_HTTP', 'maybe'],
    ['OAUTHCTL_QUIET', 'maybe'],
    ['OAUTHCTL_JSON', 'maybe'],
    ['OAUTHCTL_VERBOSE', 'maybe'],
    ['OAUTHCTL_NO_INPUT', 'maybe'],
    ['OAUTHCTL_STORE', 'cloud'],
  ])('%s=%s is refused by name', async (name, value) => {
    for (const command of ['token', 'refresh']) {
      const result = await world.run([command], { env: { [name]: value } })
      expect(result).toMatchObject({ code: 2, stdout: '' })
      expect(result.stderr).toContain(name === 'OAUTHCTL_STORE' ? value : name)
      expect(result.stderr).not.toMatch(/\n\s+at /)
    }
  })
})

describe('without HOME', () => {
  test('variables alone are enough', async () => {
    const env = {
      HOME: undefined,
      XDG_CONFIG_HOME: undefined,
      XDG_STATE_HOME: undefined,
      OAUTHCTL_STATE_DIR: `${world.root}/state`,
      OAUTHCTL_ISSUER: server.issuer,
      OAUTHCTL_CLIENT_ID: 'oauthctl-demo',
      OAUTHCTL_SCOPE: 'openid',
    }
    expect(await world.login(['--no-save'], { env })).toMatchObject({ code: 0 })
    const token = await world.run(['token'], { env })
    expect(token).toMatchObject({ code: 0, stderr: '' })
    expect(await world.run(['refresh'], { env })).toMatchObject({ code: 0 })
    expect(
      JSON.parse((await world.run(['status', '--json'], { env })).stdout).sessions,
    ).toHaveLength(1)
    expect(await world.run(['logout'], { env })).toMatchObject({ code: 0 })
  })

  test('nothing at all is told as what is missing', async () => {
    const result = await world.run(['-i', process.execPath, programPath, 'token'], {
      command: ['/usr/bin/env'],
    })
    expect(result.stdout).toBe('')
    expect([2, 3, 7]).toContain(result.code)
    expect(result.stderr).not.toContain('fault of oauthctl')
    const list = await world.run(['-i', process.execPath, programPath, 'profile', 'list'], {
      command: ['/usr/bin/env'],
    })
    expect(list).toMatchObject({ code: 0, stdout: '' })
  })

  test('a login that cannot save the profile says so, and is a login all the same', async () => {
    const env = {
      HOME: undefined,
      XDG_CONFIG_HOME: undefined,
      XDG_STATE_HOME: undefined,
      OAUTHCTL_STATE_DIR: `${world.root}/state-2`,
    }
    const args = ['--issuer', server.issuer, '--client-id', 'oauthctl-demo']
    const result = await world.login(args, { env })
    expect(result).toMatchObject({ code: 0 })
    expect(result.stderr).toMatch(/^warning: .*HOME/m)
    expect(await world.run(['token'], { env })).toMatchObject({ code: 0, stderr: '' })
  })
})
