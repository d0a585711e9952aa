import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import { programPath } from '../support/project.ts'
import { publicClient } from '../support/provider-clients.ts'
import { walkLogin } from '../support/robot.mjs'
import { startInTerminal, startTerminal, type Terminal } from '../support/terminal.ts'
import { createWorld, type World } from '../support/world.ts'
import { demoClient, startIdleLogin, toldError } from './logins.ts'

let server: AuthorizationServer
let world: World

beforeAll(async () => {
  server = await startAuthorizationServer({
    clients: [
      { ...publicClient, redirect_uris: [...publicClient.redirect_uris, 'https://app.example/cb'] },
    ],
  })
})
afterAll(() => server.stop())
beforeEach(() => {
  world = createWorld()
})
afterEach(async () => {
  server.reset()
  await world.close()
})

function inTerminal(args: readonly string[], env = {}): Terminal {
  const stdoutFile = join(world.root, 'stdout')
  return startTerminal(args, { env: { ...world.env, ...env }, cwd: world.home, stdoutFile })
}

function printed(): string {
  return readFileSync(join(world.root, 'stdout'), 'utf8')
}

async function urlIn(terminal: Terminal): Promise<string> {
  const [, url = ''] = await terminal.waitFor(/(http\S+\/auth\?\S+)\r?\n/)
  return url
}

/** What the browser would end on, on a machine that the redirect does not come from. */
async function redirectOf(url: string): Promise<string> {
  return (await walkLogin(url, { onRedirectUri: () => false })).redirectUri ?? ''
}

describe.runIf(process.platform === 'linux')('--no-browser in a terminal', () => {
  test('takes the pasted address', async () => {
    const terminal = inTerminal(['login', '--no-browser', ...demoClient(server)])
    const redirect = await redirectOf(await urlIn(terminal))
    terminal.send(`${redirect}\r`)
    expect(await terminal.exited).toBe(0)
    expect(printed()).toContain('Logged in as demo')
    // The code in it is a secret until it is spent.
    expect(terminal.text()).not.toContain(new URL(redirect).searchParams.get('code'))
    expect(world.openedUrls()).toEqual([])
  })

  test('takes it wrapped into lines, after one of another login', async () => {
    const terminal = inTerminal(['login', '--no-browser', ...demoClient(server)])
    const url = await urlIn(terminal)
    const redirect = await redirectOf(url)
    const state = new URL(url).searchParams.get('state') ?? ''
    terminal.send(`${redirect.replace(state, 'of-another-login')}\r`)
    await terminal.waitFor(/belongs to another login/)
    terminal.send('just-a-code\r')
    await terminal.waitFor(/a code alone/)
    terminal.send(`  ${redirect.match(/.{1,40}/g)?.join('\r\n  ') ?? ''}\r`)
    expect(await terminal.exited).toBe(0)
    expect(server.requestsTo('/token')).toHaveLength(1)
  })

  test('takes what comes to the listener, too', async () => {
    const terminal = inTerminal(['login', '--no-browser', ...demoClient(server)])
    await walkLogin(await urlIn(terminal))
    expect(await terminal.exited).toBe(0)
  })

  test('takes a redirect that is not loopback', async () => {
    const elsewhere = ['--redirect-uri', 'https://app.example/cb']
    const terminal = inTerminal(['login', '--no-browser', ...demoClient(server, ...elsewhere)])
    const redirect = await redirectOf(await urlIn(terminal))
    expect(redirect).toMatch(/^https:\/\/app\.example\/cb\?/)
    terminal.send(`${redirect}\r`)
    expect(await terminal.exited).toBe(0)
    expect(server.requestsTo('/token')[0]?.params.get('redirect_uri')).toBe(elsewhere[1])
  })

  test('a pasted error is the outcome', async () => {
    const terminal = inTerminal(['login', '--no-browser', ...demoClient(server)])
    const url = await urlIn(terminal)
    const end = await walkLogin(url, { consent: 'deny', onRedirectUri: () => false })
    terminal.send(`${end.redirectUri}\r`)
    expect(await terminal.exited).toBe(4)
    expect(terminal.text()).toContain('access_denied')
    expect(printed()).toBe('')
  })

  test('a browser that fails to open leaves pasting', async () => {
    const terminal = inTerminal(['login', '--browser', 'false', ...demoClient(server)])
    const redirect = await redirectOf(await urlIn(terminal))
    await terminal.waitFor(/could not be opened/)
    await terminal.waitFor(/paste the address/)
    terminal.send(`${redirect}\r`)
    expect(await terminal.exited).toBe(0)
  })
})

describe('what is missing', () => {
  test.runIf(process.platform === 'linux')('is asked for in a terminal', async () => {
    const terminal = inTerminal(['login', '--no-browser'])
    await terminal.waitFor(/Issuer/)
    terminal.send(`${server.issuer}\r`)
    await terminal.waitFor(/Client id/)
    terminal.send('oauthctl-demo\r')
    await walkLogin(await urlIn(terminal))
    expect(await terminal.exited).toBe(0)
    expect(world.readConfig()).toMatchObject({
      profiles: { default: { issuer: server.issuer, client_id: 'oauthctl-demo' } },
    })
  })

  test.runIf(process.platform === 'linux')('a secret is asked for without echo', async () => {
    const { client_id: id, client_secret: secret } = server.clients.post
    const args = ['--issuer', server.issuer, '--client-id', id, '--client-secret', 'prompt']
    const terminal = inTerminal(['login', '--no-browser', ...args])
    await terminal.waitFor(/client secret/)
    terminal.send(`${secret}\r`)
    await walkLogin(await urlIn(terminal))
    expect(await terminal.exited).toBe(0)
    expect(terminal.output()).not.toContain(secret)
    expect(world.readConfig()).toMatchObject({
      profiles: { default: { client_secret: 'keychain:default' } },
    })
  })

  test('is named where nobody can answer', async () => {
    const none = await world.run(['login', '--json'])
    expect(none).toMatchObject({ code: 2, stdout: '' })
    expect(toldError(none)).toMatchObject({ code: 'issuer_missing' })
    expect(toldError(none).hint).toContain('--issuer')
    const noClient = await world.run(['login', '--json', '--issuer', server.issuer])
    expect(noClient).toMatchObject({ code: 2, stdout: '' })
    expect(toldError(noClient)).toMatchObject({ code: 'client_id_missing' })
    expect(toldError(noClient).hint).toContain('--client-id')
    expect(server.requests).toEqual([])
  })

  test.runIf(process.platform === 'linux').each([
    [['--no-input'], {}],
    [['--no-browser'], { CI: '1' }],
  ])('is not asked for with %j %j', async (more, env) => {
    const terminal = inTerminal(['login', ...more], env)
    expect(await terminal.exited).toBe(2)
    expect(terminal.text()).toContain('--issuer')
  })
})

function locks(): string[] {
  try {
    return readdirSync(join(world.stateDir, 'locks'))
  } catch {
    return []
  }
}

describe('Ctrl-C', () => {
  test('while the browser is waited for: a death by the signal, and nothing is left', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const { running, redirectUri } = await startIdleLogin(world, demoClient(server))
      const started = Date.now()
      running.kill(signal)
      expect(await running.exited).toMatchObject({ code: null, signal, stdout: '' })
      expect(Date.now() - started).toBeLessThan(1000)
      await expect(fetch(redirectUri)).rejects.toThrow('fetch failed')
      expect(locks()).toEqual([])
    }
  })

  test('with --json leaves one error as the last line', async () => {
    for (const env of [{}, { OAUTHCTL_JSON: '1' }]) {
      const more = Object.keys(env).length === 0 ? ['--json'] : []
      Object.assign(world.env, env)
      const { running } = await startIdleLogin(world, demoClient(server, ...more))
      running.kill('SIGINT')
      const ended = await running.exited
      expect(ended).toMatchObject({ code: null, signal: 'SIGINT', stdout: '' })
      const lines = ended.stderr.trim().split('\n')
      const documents = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
      expect(documents.filter((one) => 'error' in one)).toEqual([documents.at(-1)])
      expect(documents.at(-1)).toMatchObject({ error: { code: 'interrupted', exit_code: 130 } })
    }
    delete world.env['OAUTHCTL_JSON']
  })

  test.each([
    ['the metadata', /openid-configuration/],
    ['the token', /^\/token$/],
  ])('while the server keeps %s to itself', async (_, path) => {
    let asked: () => void = () => undefined
    const waiting = new Promise<void>((resolve) => {
      asked = resolve
    })
    server.respond(path, () => {
      asked()
      return 'hang'
    })
    const running = world.start(['login', ...demoClient(server)])
    const walked =
      path.source === '^\\/token$'
        ? running.waitForStderr(/^(http\S+\/auth\?\S+)$/m).then(([url]) => walkLogin(url))
        : Promise.resolve(undefined)
    walked.catch(() => undefined)
    await waiting
    const started = Date.now()
    running.kill('SIGINT')
    expect(await running.exited).toMatchObject({ code: null, signal: 'SIGINT', stdout: '' })
    expect(Date.now() - started).toBeLessThan(1000)
    expect(locks()).toEqual([])
  })

  test.runIf(process.platform === 'linux').each([
    ['a pasted address', ['--no-browser'], /paste the address/],
    ['an answer', [], /Issuer/],
  ])('while %s is waited for: the terminal is as before', async (_, more, shown) => {
    const client = more.length > 0 ? demoClient(server) : []
    const command = [process.execPath, programPath, 'login', ...more, ...client]
    const line = command.map((word) => `'${word}'`).join(' ')
    // The shell outlives its child to tell how the terminal is afterwards.
    const script = `trap : INT; stty -a; ${line}; echo "ended $?"; stty -a`
    const terminal = startInTerminal(['/bin/sh', '-c', script], {
      env: world.env,
      cwd: world.home,
    })
    await terminal.waitFor(shown)
    const started = Date.now()
    terminal.send('\x03')
    await terminal.waitFor(/ended 130/)
    expect(Date.now() - started).toBeLessThan(1000)
    await terminal.exited
    const [before, after] = terminal.text().split(/ended 130/)
    const flags = (text = ''): string[] => text.match(/-?\b(?:icanon|echo|isig|icrnl)\b/g) ?? []
    expect(flags(after)).toEqual(['icrnl', 'isig', 'icanon', 'echo'])
    expect(flags(before)).toEqual(flags(after))
    expect(terminal.text()).not.toContain('fault')
    expect(locks()).toEqual([])
  })
})
