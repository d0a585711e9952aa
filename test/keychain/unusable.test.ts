import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  type AuthorizationServer,
  startAuthorizationServer,
} from '../support/authorization-server.ts'
import { startKeyringSession } from '../support/keyring-session.ts'
import type { Env, Running } from '../support/program.ts'
import { startInTerminal } from '../support/terminal.ts'
import { keychainPossible, ownKeychainWorld, type KeychainWorld } from './keychain-world.ts'

// The binding is asked again for 15 s; the synchronous reader may block for two more before that.
const NO_ANSWER_LIMIT = 22_000

describe.runIf(keychainPossible)('a keychain that cannot be used', () => {
  let server: AuthorizationServer

  beforeAll(async () => {
    server = await startAuthorizationServer({ alwaysRefreshToken: true })
  })
  afterAll(() => server?.stop())

  const loginArgs = () => [
    'work',
    '--issuer',
    server.issuer,
    '--client-id',
    server.clients.public.client_id,
    '--scope',
    'openid offline_access',
  ]

  /** A login that has to end before it shows or opens an address. */
  async function refusedLogin(world: KeychainWorld, env: Env = {}) {
    const result = await world.run(['login', ...loginArgs()], { env, timeoutMs: NO_ANSWER_LIMIT })
    expect(result).toMatchObject({ code: 7, stdout: '' })
    expect(result.stderr).not.toContain('code_challenge')
    expect(world.openedUrls()).toEqual([])
    return result
  }

  test('locked: login and token tell how to unlock it, status goes on', async () => {
    const world = await ownKeychainWorld()
    expect(await world.login(loginArgs())).toMatchObject({ code: 0 })
    await world.keyring.lock()

    const token = await world.run(['token', 'work'])
    expect(token).toMatchObject({ code: 7, stdout: '' })
    expect(token.stderr).toMatch(/locked[\s\S]*gnome-keyring-daemon --replace --unlock/)
    // The session lies in the keychain, and in no file.
    expect(token.stderr).not.toContain('--store file')
    expect((await refusedLogin(world)).stderr).toMatch(/locked[\s\S]*--unlock[\s\S]*--store file/)

    const status = await world.run(['status'])
    expect(status).toMatchObject({ code: 0, stderr: '' })
    expect(status.stdout).toContain('work')
    expect(await world.run(['logout', 'work', '--local'])).toMatchObject({ code: 7 })
  })

  test('locked: the command of the hint unlocks it, and does not show the password', async () => {
    const world = await ownKeychainWorld()
    expect(await world.login(loginArgs())).toMatchObject({ code: 0 })
    await world.keyring.lock()
    const { stderr } = await world.run(['token', 'work'])
    const [command = ''] = /\(stty .*--unlock/.exec(stderr) ?? []
    const { env } = world.keyring
    const terminal = startInTerminal(
      ['/bin/sh', '-c', `${command}; sleep 1; echo UNLOCKED; read -r end`],
      { env },
    )
    onTestFinished(() => terminal.kill('SIGKILL'))
    await new Promise((resolve) => setTimeout(resolve, 700))
    terminal.send('password\r')
    await terminal.waitFor(/UNLOCKED/)
    expect(terminal.text()).not.toContain('password')
    expect(await world.run(['token', 'work', '--check'])).toMatchObject({ code: 0 })
    terminal.send('\r')
    await terminal.exited
  })

  test('a locked keyring in which nothing is stored stops a first login too', async () => {
    const world = await ownKeychainWorld({ locked: true })
    expect((await refusedLogin(world)).stderr).toMatch(/locked[\s\S]*--unlock/)
  })

  test.each([
    ['no D-Bus address', undefined],
    ['a dead D-Bus socket', 'unix:path=/nonexistent/bus'],
  ])('%s', async (_, address) => {
    const world = await ownKeychainWorld({ service: 'none' })
    const env = { DBUS_SESSION_BUS_ADDRESS: address }
    const login = await refusedLogin(world, env)
    expect(login.stderr).toMatch(/D-Bus[\s\S]*--store file/)
    const token = await world.run(['token', '--issuer', server.issuer], { env })
    expect(token).toMatchObject({ code: 7, stdout: '' })
    expect(token.stderr).toContain('dbus-run-session')
  })

  test('a bus without a Secret Service', async () => {
    const world = await ownKeychainWorld({ service: 'none' })
    expect((await refusedLogin(world)).stderr).toMatch(/Secret Service[\s\S]*--store file/)
    const token = await world.run(['token'])
    expect(token).toMatchObject({ code: 7, stdout: '' })
    expect(token.stderr).toMatch(/Secret Service[\s\S]*--unlock/)
  })

  test('a Secret Service without a keyring', async () => {
    const world = await ownKeychainWorld({ service: 'empty' })
    expect((await refusedLogin(world)).stderr).toMatch(/no keyring[\s\S]*--store file/)
  })

  describe('a Secret Service that never answers', () => {
    /** Somebody is logged in, so that `token` starts to read the entry at once; then silence. */
    async function silentWorld(): Promise<KeychainWorld> {
      const world = await ownKeychainWorld()
      expect(await world.login(loginArgs())).toMatchObject({ code: 0 })
      const silent = await startKeyringSession({ service: 'silent' })
      onTestFinished(silent.stop)
      world.env['DBUS_SESSION_BUS_ADDRESS'] = silent.env['DBUS_SESSION_BUS_ADDRESS']
      return world
    }

    test('is waited for, and not for ever', async () => {
      const world = await silentWorld()
      const limit = { timeoutMs: NO_ANSWER_LIMIT }
      const [login, ...others] = await Promise.all([
        refusedLogin(world),
        world.run(['token', 'work'], limit),
        world.run(['logout', 'work'], limit),
      ])
      expect(login.stderr).toMatch(/does not answer[\s\S]*--store file/)
      for (const other of others) {
        expect(other).toMatchObject({ code: 7, stdout: '' })
        expect(other.stderr).toMatch(/does not answer/)
      }
    })

    /** Sends the signal after so many milliseconds and gives how long the end took. */
    async function interrupt(running: Running, after: number): Promise<number> {
      await new Promise((resolve) => setTimeout(resolve, after))
      expect(running.stderr()).toBe('')
      const sent = Date.now()
      running.kill('SIGINT')
      expect(await running.exited).toMatchObject({ signal: 'SIGINT', stdout: '', stderr: '' })
      return Date.now() - sent
    }

    // In the first two seconds the start-up's reader holds the process of `token`, later the other one.
    test.each([800, 3500])('Ctrl-C after %i ms ends the wait at once', async (after) => {
      const world = await silentWorld()
      const commands = [
        ['token', 'work'],
        ['login', ...loginArgs()],
        ['refresh', 'work'],
      ]
      const took = await Promise.all(commands.map((args) => interrupt(world.start(args), after)))
      expect(Math.max(...took)).toBeLessThan(1000)
    })
  })
})
