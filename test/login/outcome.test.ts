import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import { walkLogin } from '../support/robot.mjs'
import { createWorld, type World } from '../support/world.ts'
import { demoClient, startIdleLogin, storedEntries, warnings } from './logins.ts'

let server: AuthorizationServer
let world: World

beforeAll(async () => {
  server = await startAuthorizationServer()
})
afterAll(() => server.stop())
beforeEach(() => {
  world = createWorld()
})
afterEach(async () => {
  server.reset()
  await world.close()
})

describe('the page in the browser tells what really happened', () => {
  test('success comes after the session and the profile are on the disk', async () => {
    const { running, url } = await startIdleLogin(world, demoClient(server))
    const page = await walkLogin(url)
    expect(page.status).toBe(200)
    expect(storedEntries(world)).toHaveLength(1)
    expect(world.readConfig()).toMatchObject({ default_profile: 'default' })
    expect((await running.exited).code).toBe(0)
  })

  test('the session cannot be stored: failure, in both places', async () => {
    const { running, url } = await startIdleLogin(world, demoClient(server, 'work'))
    const folder = join(world.stateDir, 'sessions')
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(dirname(folder), { recursive: true })
    writeFileSync(folder, 'a file where a folder should be')
    const page = await walkLogin(url)
    const result = await running.exited
    expect(result.code).not.toBe(0)
    expect(result.stdout).toBe('')
    expect(result.stderr).toMatch(/^error: (?!this is a fault)/m)
    expect(page.status).toBe(400)
    // Without its options, a first login could not be run again.
    expect(page.body).toContain('run the same command')
    expect(page.body).not.toContain('oauthctl login')
    expect(page.body).not.toContain('You are logged in')
  })

  test('the profile cannot be written: a warning, and the login stands', async () => {
    const { running, url } = await startIdleLogin(world, demoClient(server, '--json'))
    const folder = dirname(world.configFile)
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(dirname(folder), { recursive: true })
    writeFileSync(folder, 'a file where a folder should be')
    expect((await walkLogin(url)).status).toBe(200)
    const result = await running.exited
    expect(result.code).toBe(0)
    expect(warnings(result)).toEqual([expect.stringContaining('could not be written')])
    rmSync(folder)
    expect((await world.run(['token', '--check'])).code).toBe(0)
  })

  test('it says nothing of the code, loads nothing and is kept nowhere', async () => {
    const { running, url } = await startIdleLogin(world, demoClient(server))
    const page = await walkLogin(url)
    await running.exited
    const code = new URL(page.redirectUri ?? '').searchParams.get('code') ?? ''
    expect(code).not.toBe('')
    expect(page.body).not.toContain(code)
    expect(page.body).not.toMatch(/(?:src|href)=["']?(?!data:)[a-z/]/i)
    expect(page.headers).toMatchObject({
      'cache-control': expect.stringContaining('no-store') as unknown,
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("default-src 'none'") as unknown,
    })
  })
})

describe('an iss in the redirect (RFC 9207)', () => {
  function withoutIss(address: string): string {
    const url = new URL(address)
    url.searchParams.delete('iss')
    return url.href
  }

  test('may be missing where the server did not promise it', async () => {
    server.alterMetadata((json) => ({
      ...json,
      authorization_response_iss_parameter_supported: undefined,
    }))
    const { running, url } = await startIdleLogin(world, demoClient(server))
    await walkLogin(url, { onRedirectUri: withoutIss })
    expect((await running.exited).code).toBe(0)
  })

  test('is compared all the same when it comes unpromised', async () => {
    server.alterMetadata((json) => ({
      ...json,
      authorization_response_iss_parameter_supported: false,
    }))
    const { running, url } = await startIdleLogin(world, demoClient(server))
    const foreign = (address: string) => `${withoutIss(address)}&iss=https%3A%2F%2Fevil.example`
    const page = await walkLogin(url, { onRedirectUri: foreign })
    expect(page.body).toContain('came from another server')
    expect(await running.exited).toMatchObject({ code: 5, stdout: '' })
    expect(server.requestsTo('/token')).toEqual([])
    expect(storedEntries(world)).toEqual([])
  })
})

test('a session under a lost key: what the hint says leads to a new login', async () => {
  const env = { OAUTHCTL_STORE_KEY: Buffer.alloc(32, 7).toString('base64') }
  expect(await world.login(demoClient(server))).toMatchObject({ code: 0 })
  const login = await world.login([], { env })
  expect(login).toMatchObject({ code: 7, stdout: '' })
  expect(login.stderr).toContain('oauthctl logout --local; then log in again with: oauthctl login')
  expect(await world.run(['logout', '--local'], { env })).toMatchObject({ code: 0 })
  expect(await world.login([], { env })).toMatchObject({ code: 0 })
})

test.each([['token'], ['refresh'], ['logout'], ['login']])(
  '%s of a named profile under a lost key or damaged: the hint names that profile',
  async (command) => {
    const env = { OAUTHCTL_STORE_KEY: Buffer.alloc(32, 7).toString('base64') }
    expect(await world.login(demoClient(server, 'work'))).toMatchObject({ code: 0 })
    const remedy = 'oauthctl logout work --local; then log in again with: oauthctl login work'
    const lost = await world.run([command, 'work'], { env })
    expect(lost).toMatchObject({ code: 7, stdout: '' })
    expect(lost.stderr).toContain(remedy)
    const file = join(world.stateDir, 'sessions', 'work.jwe')
    expect(await world.login(demoClient(server, 'other'))).toMatchObject({ code: 0 })
    copyFileSync(join(world.stateDir, 'sessions', 'other.jwe'), file)
    const swapped = await world.run([command, 'work'])
    expect(swapped.stderr).toContain(remedy)
    writeFileSync(file, 'not a session')
    const damaged = await world.run([command, 'work'])
    expect(damaged).toMatchObject({ code: 7, stdout: '' })
    expect(damaged.stderr).toMatch(new RegExp(`^  Forget it with: ${remedy}$`, 'mi'))
    expect(await world.run(['logout', 'work', '--local'])).toMatchObject({ code: 0 })
    expect(await world.login(['work'])).toMatchObject({ code: 0 })
  },
)
