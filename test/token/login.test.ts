import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import { robotBrowser } from '../support/project.ts'
import { startTerminal } from '../support/terminal.ts'
import { createWorld, type World } from '../support/world.ts'

let server: AuthorizationServer
let world: World

beforeAll(async () => {
  server = await startAuthorizationServer({ alwaysRefreshToken: true })
})

afterAll(() => server.stop())

beforeEach(() => {
  server.reset()
  world = createWorld()
  world.writeConfig({
    profiles: {
      default: { issuer: server.issuer, client_id: 'oauthctl-demo', scope: 'openid profile' },
    },
  })
})

afterEach(() => world.close())

/** A browser that logs in by itself and notes that it was opened. */
function countingBrowser(): { command: string; opened: () => number } {
  const log = join(world.root, 'browser.log')
  const script = join(world.root, 'browser.sh')
  writeFileSync(log, '')
  writeFileSync(script, `#!/bin/sh\necho opened >> '${log}'\nexec ${robotBrowser} "$1"\n`, {
    mode: 0o755,
  })
  return {
    command: script,
    opened: () => readFileSync(log, 'utf8').split('\n').filter(Boolean).length,
  }
}

describe('token --login', () => {
  test.runIf(process.platform === 'linux')(
    'logs in in a terminal, and stdout has the token alone',
    async () => {
      const browser = countingBrowser()
      const stdoutFile = join(world.root, 'stdout')
      const terminal = startTerminal(['token', '--login', '--browser', browser.command], {
        env: world.env,
        stdoutFile,
      })
      expect(await terminal.exited).toBe(0)
      const token = readFileSync(stdoutFile, 'utf8')
      expect(token).toMatch(/^[\w-]{20,}\n$/)
      expect(terminal.text()).not.toContain(token.trim())
      expect(browser.opened()).toBe(1)
      expect(await world.run(['token'])).toMatchObject({ code: 0, stdout: token })
    },
  )

  test.runIf(process.platform === 'linux')('callers at the same time share one login', async () => {
    const browser = countingBrowser()
    const terminals = [1, 2, 3].map((n) => {
      const stdoutFile = join(world.root, `stdout-${n}`)
      const args = ['token', '--login', '--browser', browser.command]
      return { stdoutFile, terminal: startTerminal(args, { env: world.env, stdoutFile }) }
    })
    for (const { terminal } of terminals) expect(await terminal.exited).toBe(0)
    const tokens = terminals.map(({ stdoutFile }) => readFileSync(stdoutFile, 'utf8'))
    expect(new Set(tokens).size).toBe(1)
    expect(browser.opened()).toBe(1)
    expect(server.requestsTo('/token')).toHaveLength(1)
  })

  test.runIf(process.platform === 'linux')('--no-browser only shows the address', async () => {
    const terminal = startTerminal(['token', '--login', '--no-browser'], { env: world.env })
    await terminal.waitFor(/Open this address/)
    await terminal.waitFor(/\/auth\?/)
    terminal.send('\x03')
    expect(await terminal.exited).toBe(130)
    expect(world.openedUrls()).toEqual([])
  })

  test('opens nothing where there is no terminal', async () => {
    const browser = countingBrowser()
    const result = await world.run(['token', '--login', '--browser', browser.command])
    expect(result).toMatchObject({ code: 3, stdout: '' })
    expect(result.stderr).toContain('oauthctl login')
    expect(browser.opened()).toBe(0)
    expect(server.requests).toEqual([])
  })

  test.runIf(process.platform === 'linux').each([
    ['--no-input', ['--no-input'], {}],
    ['CI', [], { CI: '1' }],
  ])('opens nothing in a terminal with %s', async (_, args, env) => {
    const browser = countingBrowser()
    const terminal = startTerminal(['token', '--login', '--browser', browser.command, ...args], {
      env: { ...world.env, ...env },
    })
    expect(await terminal.exited).toBe(3)
    expect(browser.opened()).toBe(0)
  })

  test('without --login, a terminal makes no difference', async () => {
    const terminal = startTerminal(['token'], { env: world.env })
    expect(await terminal.exited).toBe(3)
    expect(world.openedUrls()).toEqual([])
  })

  test.runIf(process.platform === 'linux')(
    'Ctrl-C while waiting ends it as SIGINT, and frees the next caller',
    async () => {
      const idle = `${robotBrowser} --idle`
      const first = startTerminal(['token', '--login', '--browser', idle], { env: world.env })
      await first.waitFor(/Waiting for the login/)
      first.send('\x03')
      expect(await first.exited).toBe(130)
      const browser = countingBrowser()
      const next = startTerminal(['token', '--login', '--browser', browser.command], {
        env: world.env,
        timeoutMs: 10_000,
      })
      expect(await next.exited).toBe(0)
    },
  )
})
