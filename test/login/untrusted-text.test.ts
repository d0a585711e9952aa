import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import { reportingRobot } from '../support/reporting-robot.ts'
import { createWorld, type World } from '../support/world.ts'
import { demoClient } from './logins.ts'

// An escape sequence, a C1 control, a change of direction, an invisible character, a bell, markup.
const nasty = 'A\u001b[2J\u009b31mB\u202eC\u200bD\u0007\r\nE<script>alert(1)</script>\u{e0041}'
const unsafe =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u200b-\u200f\u2066-\u2069]|[\u{e0000}-\u{e007f}]/u

let server: AuthorizationServer
let world: World

beforeAll(async () => {
  server = await startAuthorizationServer()
  world = createWorld()
})
beforeEach(() => server.reset())
afterAll(async () => {
  await world.close()
  await server.stop()
})

async function login(...more: string[]) {
  const { browser, page } = reportingRobot(world.root)
  const result = await world.run(['login', ...more, '--browser', browser])
  return { ...result, page: (await page()).body }
}

const forms = [[], ['--json'], ['-v', '-v']]

describe.each(forms)('text of a server never steers a terminal or a page (%s)', (...form) => {
  test('in an error of the authorization endpoint', async () => {
    server.respond('/auth', ({ query }) => {
      const answer = new URLSearchParams({
        state: query.get('state') ?? '',
        iss: server.issuer,
        error: `bad${nasty}`,
        error_description: nasty,
        error_uri: `https://e.example/${nasty}`,
      })
      return { status: 302, headers: { location: `${query.get('redirect_uri')}?${answer}` } }
    })
    const { code, stdout, stderr, page } = await login(...demoClient(server, ...form))
    expect(code).toBe(4)
    expect(stdout).toBe('')
    expect(stderr).toContain('[2J')
    expect(stderr).not.toMatch(unsafe)
    expect(page).not.toContain('alert(1)')
  })

  test.each(['constructor', 'toString', '__proto__'])('in an error called %s', async (error) => {
    server.respond('/auth', ({ query }) => {
      const state = query.get('state') ?? ''
      const answer = new URLSearchParams({ state, iss: server.issuer, error })
      return { status: 302, headers: { location: `${query.get('redirect_uri')}?${answer}` } }
    })
    const { code, stderr, page } = await login(...demoClient(server, ...form))
    expect(code).toBe(4)
    expect(stderr).toContain(error)
    expect(stderr).not.toContain('fault of oauthctl')
    expect(page).toContain('The server refused the login.')
  })

  test('in an error of the token endpoint', async () => {
    const error = { error: 'invalid_request', error_description: nasty, error_uri: nasty }
    server.respond('/token', () => ({ status: 400, json: error }))
    const { code, stderr, page } = await login(...demoClient(server, ...form))
    expect(code).toBe(4)
    expect(stderr).toContain('[2J')
    expect(stderr).not.toMatch(unsafe)
    expect(page).not.toContain('alert(1)')
  })

  test('in scopes, names and subjects', async () => {
    const name = `user${nasty}`
    server.alterIdToken((claims) => ({ ...claims, sub: name, preferred_username: name }))
    server.alterTokenResponse((json) => ({ ...json, scope: `openid ${nasty}` }))
    const { code, stdout, stderr, page } = await login(...demoClient(server, '--no-save', ...form))
    expect(code).toBe(0)
    expect(stdout).toContain('[2J')
    expect(stdout + stderr).not.toMatch(unsafe)
    expect(page).toContain('&lt;script&gt;')
    expect(page).not.toContain('<script>alert')
    expect(page.replaceAll('\n', '')).not.toMatch(unsafe)
    const status = await world.run(['status', ...form])
    expect(status.stdout).toContain('[2J')
    expect(status.stdout).not.toMatch(unsafe)
    await world.run(['logout', '--local'])
  })

  test('in the issuer and the addresses of metadata', async () => {
    server.alterMetadata((json) => ({ ...json, issuer: `https://x.example/${nasty}` }))
    const { code, stdout, stderr } = await world.login(demoClient(server, ...form))
    expect(code).toBe(5)
    expect(stdout).toBe('')
    expect(stderr).not.toMatch(unsafe)
  })
})
