import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import type { Running } from '../support/program.ts'
import { robotBrowser } from '../support/project.ts'
import { walkLogin } from '../support/robot.mjs'
import { createWorld, type World } from '../support/world.ts'
import { demoClient, idleBrowser, shownUrl, toldError, warnings } from './logins.ts'

let server: AuthorizationServer
let world: World

beforeAll(async () => {
  server = await startAuthorizationServer()
})
afterAll(() => server.stop())
beforeEach(() => {
  world = createWorld()
  const recorder = `#!/bin/sh
for one; do printf '%s\\n' "$one" >> '${world.root}/arguments'; done
env > '${world.root}/environment'
echo 'a remark of the browser'
`
  for (const name of ['a browser', 'recorder'])
    writeFileSync(join(world.bin, name), recorder, { mode: 0o755 })
})
afterEach(async () => {
  server.reset()
  await world.close()
})

function recorded(): string[] {
  return readFileSync(join(world.root, 'arguments'), 'utf8').trimEnd().split('\n')
}

/** Completes a login that opened something else than the robot. */
async function complete(running: Running): Promise<string> {
  const url = await shownUrl(running)
  await walkLogin(url)
  expect(await running.exited).toMatchObject({ code: 0 })
  return url
}

describe('which browser a login opens', () => {
  test("the system's, where none is named", async () => {
    const url = await complete(world.start(['login', ...demoClient(server)]))
    expect(world.openedUrls()).toEqual([url])
  })

  test('--browser with quotes, and %s as the place of the address', async () => {
    const browser = `"${join(world.bin, 'a browser')}" --title 'two words' --at=%s last`
    const url = await complete(
      world.start(['login', ...demoClient(server), '--browser', browser], {
        env: { BROWSER: 'recorder not-this-one' },
      }),
    )
    expect(recorded()).toEqual(['--title', 'two words', `--at=${url}`, 'last'])
    expect(world.openedUrls()).toEqual([])
  })

  test('--browser without %s gets the address last; no shell looks at it', async () => {
    const browser = 'recorder $HOME ; touch /x `id`'
    const url = await complete(world.start(['login', ...demoClient(server), '--browser', browser]))
    expect(recorded()).toEqual(['$HOME', ';', 'touch', '/x', '`id`', url])
  })

  test('$BROWSER is a list, of which the first that works is taken', async () => {
    const env = { BROWSER: 'not-there:recorder -n %s:recorder again' }
    const url = await complete(world.start(['login', ...demoClient(server)], { env }))
    expect(recorded()).toEqual(['-n', url])
  })

  test('a profile can name one', async () => {
    world.writeConfig({ profiles: { default: { browser: 'recorder from-profile' } } })
    const url = await complete(world.start(['login', ...demoClient(server)]))
    expect(recorded()).toEqual(['from-profile', url])
  })

  test('its output reaches neither stdout nor stderr', async () => {
    const args = ['login', '--json', ...demoClient(server), '--browser', `${robotBrowser} --noise`]
    const { code, stdout, stderr } = await world.run(args)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ sub: 'user-demo' })
    expect(stdout + stderr).not.toContain('existing browser session')
    expect(stdout + stderr).not.toContain('a remark of the browser')
  })

  test('it inherits no secret of oauthctl', async () => {
    const env = { OAUTHCTL_CLIENT_SECRET: server.clients.basic.client_secret, OTHER: 'stays' }
    const basic = ['--issuer', server.issuer, '--client-id', server.clients.basic.client_id]
    for (const more of [['--browser', 'recorder'], []]) {
      writeFileSync(join(world.bin, 'xdg-open'), readFileSync(join(world.bin, 'recorder')))
      await complete(world.start(['login', ...basic, ...more], { env }))
      const inherited = readFileSync(join(world.root, 'environment'), 'utf8')
      expect(inherited).toContain('OTHER=stays')
      expect(inherited).not.toMatch(/OAUTHCTL_(CLIENT_SECRET|STORE_KEY)/)
      expect(inherited).not.toContain(env.OAUTHCTL_CLIENT_SECRET)
    }
  })
})

describe('a browser that cannot be opened', () => {
  test.each([
    ['not-there-at-all', /not-there-at-all was not found/],
    ['false', /false ended with exit code 1/],
    ['"open quote', /quotes/],
  ])('%s: a warning, and the login goes on', async (browser, words) => {
    const running = world.start(['login', ...demoClient(server), '--browser', browser])
    await running.waitForStderr(words)
    expect(running.stderr()).toMatch(/^warning: the browser could not be opened/m)
    await running.waitForStderr(/^Waiting for the login \(Ctrl-C ends it\)/m)
    await complete(running)
  })

  test('with --json the warning is a line of its own', async () => {
    const running = world.start(['login', '--json', ...demoClient(server), '--browser', 'false'])
    await running.waitForStderr(/"warning"/)
    await complete(running)
    expect(warnings(await running.exited)).toEqual([expect.stringContaining('could not be opened')])
  })

  test('one that never ends does not hold up the login', async () => {
    const stays = `#!/bin/sh\necho $$ > '${world.root}/pid'\nexec sleep 60\n`
    writeFileSync(join(world.bin, 'stays'), stays, { mode: 0o755 })
    await complete(world.start(['login', ...demoClient(server), '--browser', 'stays']))
    const pid = Number(readFileSync(join(world.root, 'pid'), 'utf8'))
    expect(() => process.kill(pid, 0)).not.toThrow()
    process.kill(pid)
  })
})

describe('where nobody sits before a browser', () => {
  test.each(['1', 'true', 'woodpecker'])('CI=%s ends the login at once', async (value) => {
    const env = { CI: value }
    const result = await world.run(['login', '--json', ...demoClient(server)], { env })
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(toldError(result).code).toBe('browser_in_ci')
    expect(toldError(result).hint).toMatch(/--browser.*--no-browser/)
    expect(server.requests).toEqual([])
    expect(world.openedUrls()).toEqual([])
  })

  test('CI with a named browser, or with --no-browser, goes on', async () => {
    const args = ['login', ...demoClient(server)]
    const env = { CI: '1' }
    expect((await world.login(demoClient(server), { env })).code).toBe(0)
    expect((await world.run(args, { env: { ...env, BROWSER: robotBrowser } })).code).toBe(0)
    await complete(world.start([...args, '--no-browser'], { env }))
    expect((await world.run(args, { env: { CI: 'false', BROWSER: robotBrowser } })).code).toBe(0)
  })

  test('--no-browser opens nothing, and takes the redirect on the listener', async () => {
    const env = { BROWSER: 'recorder' }
    const running = world.start(['login', ...demoClient(server), '--no-browser'], { env })
    const url = await complete(running)
    expect(existsSync(join(world.root, 'arguments'))).toBe(false)
    expect(world.openedUrls()).toEqual([])
    expect(running.stderr().split('\n')).toContain(url)
  })

  test('--login-timeout ends it by itself', async () => {
    const args = ['--json', '--login-timeout', '1', '--browser', idleBrowser]
    const result = await world.run(['login', ...demoClient(server, 'work', ...args)])
    expect(result).toMatchObject({ code: 3, signal: null, stdout: '' })
    expect(toldError(result)).toMatchObject({ code: 'login_timeout', retryable: true })
    expect(toldError(result).hint).toContain('run the same command again')
    expect(toldError(result).hint).toContain('--login-timeout')
  })

  test('without a store that works, nothing is opened', async () => {
    const badKey = { OAUTHCTL_STORE_KEY: 'short' }
    const result = await world.run(['login', '--json', ...demoClient(server)], { env: badKey })
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(toldError(result).message).toContain('OAUTHCTL_STORE_KEY')
    const keychain = ['login', '--json', '--store', 'keychain', ...demoClient(server)]
    const none = await world.run(keychain)
    expect(none).toMatchObject({ code: 7, stdout: '' })
    expect(toldError(none).hint).toContain('--store file')
    expect(world.openedUrls()).toEqual([])
    expect(server.requestsTo('/auth')).toEqual([])
  })
})
