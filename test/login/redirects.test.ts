import { connect } from 'node:net'
import { createServer } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import { close, listen } from '../support/listen.ts'
import { publicClient } from '../support/provider-clients.ts'
import { walkLogin } from '../support/robot.mjs'
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

async function freePort(): Promise<number> {
  const probe = createServer()
  const port = await listen(probe)
  await close(probe)
  return port
}

function canConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    socket.on('connect', () => resolve(true))
    socket.on('error', () => resolve(false))
    socket.on('close', () => resolve(false))
    socket.setTimeout(2000, () => socket.destroy())
  })
}

describe('redirect addresses', () => {
  test.each(['http://localhost/callback', 'http://[::1]/callback'])('%s', async (redirectUri) => {
    const result = await world.login(demoClient(server, '--redirect-uri', redirectUri))
    expect(result.code).toBe(0)
    const sent = server.requestsTo('/auth')[0]?.query.get('redirect_uri') ?? ''
    expect(sent.replace(/:\d+\/callback$/, '/callback')).toBe(redirectUri)
    expect(server.requestsTo('/token')[0]?.params.get('redirect_uri')).toBe(sent)
    expect(world.readConfig()).toMatchObject({
      profiles: { default: { redirect_uri: redirectUri } },
    })
  })

  test('localhost is listened to on both addresses, 127.0.0.1 on one, and both end', async () => {
    for (const host of ['localhost', '127.0.0.1']) {
      const { running, redirectUri } = await startIdleLogin(
        world,
        demoClient(server, '--redirect-uri', `http://${host}/callback`),
      )
      const port = Number(new URL(redirectUri).port)
      expect(await canConnect('127.0.0.1', port)).toBe(true)
      expect(await canConnect('::1', port)).toBe(host === 'localhost')
      running.kill('SIGINT')
      await running.exited
      expect(await canConnect('127.0.0.1', port)).toBe(false)
    }
  })

  test('a port is used exactly', async () => {
    const uri = `http://127.0.0.1:${await freePort()}/callback`
    const result = await world.login(demoClient(server, '--redirect-uri', uri))
    expect(result.code).toBe(0)
    expect(server.requestsTo('/auth')[0]?.query.get('redirect_uri')).toBe(uri)
  })

  test.each(['127.0.0.1', 'localhost'])('a port taken on %s is told first', async (host) => {
    const taken = createServer()
    const port = await listen(taken)
    const args = ['--json', '--redirect-uri', `http://${host}:${port}/callback`]
    const result = await world.run(['login', ...demoClient(server, ...args)])
    await close(taken)
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(toldError(result)).toMatchObject({ code: 'port_in_use' })
    expect(toldError(result).message).toContain(String(port))
    expect(toldError(result).hint).toContain('--redirect-uri')
    expect(world.openedUrls()).toEqual([])
    expect(server.requestsTo('/auth')).toEqual([])
  })

  test('one that is not loopback needs pasting, which needs a terminal', async () => {
    for (const more of [[], ['--no-browser']]) {
      const args = demoClient(server, '--json', '--redirect-uri', 'https://app.example/cb', ...more)
      const result = await world.run(['login', ...args])
      expect(result).toMatchObject({ code: 2, stdout: '' })
      expect(toldError(result)).toMatchObject({ code: 'redirect_not_loopback' })
      expect(toldError(result).hint).toContain('--no-browser')
    }
    expect(world.openedUrls()).toEqual([])
  })

  test.each([
    'https://127.0.0.1/callback',
    'http://127.0.0.1/callback#x',
    'http://u@127.0.0.1/',
    'callback',
  ])('%s is none', async (uri) => {
    const result = await world.run([
      'login',
      ...demoClient(server, '--json', '--redirect-uri', uri),
    ])
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(toldError(result).code).toBe('redirect_uri_invalid')
  })

  test('form_post', async () => {
    const args = demoClient(server, '--authorization-param', 'response_mode=form_post')
    const { running, url, redirectUri } = await startIdleLogin(world, args)
    const { state } = Object.fromEntries(new URL(url).searchParams)
    const got = await fetch(`${redirectUri}?state=${state}&code=stolen&iss=${server.issuer}`)
    expect(got.status).toBe(405)
    // The page posts by script, which the robot's form reader does in its place.
    const end = await walkLogin(url)
    expect(end.status).toBe(200)
    expect(end.url).toBe(redirectUri)
    expect((await running.exited).code).toBe(0)
  })
})

describe('what is not the redirect does not end the login', () => {
  test('favicon, preconnect, preflight, prefetch, forged and stale redirects', async () => {
    const { running, url, redirectUri } = await startIdleLogin(world, demoClient(server, '-v'))
    const { origin, port } = new URL(redirectUri)
    const { state = '' } = Object.fromEntries(new URL(url).searchParams)
    const idle = connect({ host: '127.0.0.1', port: Number(port) })
    const statusOf = async (target: string, init: RequestInit = {}) =>
      (await fetch(target, { ...init, redirect: 'manual' })).status
    const strays: [number, string, RequestInit?][] = [
      [404, `${origin}/favicon.ico`],
      [404, `${origin}/`],
      [405, redirectUri, { method: 'OPTIONS' }],
      [405, `${redirectUri}?state=${state}&code=x`, { method: 'POST' }],
      [400, `${redirectUri}?state=${state}&code=x`, { headers: { 'sec-purpose': 'prefetch' } }],
      [400, redirectUri],
      [400, `${redirectUri}?error=access_denied`],
      [400, `${redirectUri}?error=access_denied&state=guess`],
      [400, `${redirectUri}?code=x&state=${state}x`],
      [400, `${redirectUri}?code=x&state=${state}&state=${state}`],
      [400, `${redirectUri}?code=x&code=y&state=${state}`],
    ]
    for (const [status, target, init] of strays)
      expect([target, await statusOf(target, init)]).toEqual([target, status])
    const stray = await fetch(`${redirectUri}?error=x&error_description=<b>y&state=z`)
    const text = await stray.text()
    expect(text).toContain('not part of a login')
    expect(text).not.toContain('<b>')

    expect((await walkLogin(url)).status).toBe(200)
    const result = await running.exited
    idle.destroy()
    expect(result.code).toBe(0)
    expect(result.stderr).toMatch(/ignored a request to the listener/)
    expect(result.stderr).not.toContain(`${state}x`)
    expect(server.requestsTo('/token')).toHaveLength(1)
    expect(await canConnect('127.0.0.1', Number(port))).toBe(false)
  })

  test('a request for another host name is turned away (DNS rebinding)', async () => {
    const { running, url, redirectUri } = await startIdleLogin(world, demoClient(server))
    const { port } = new URL(redirectUri)
    const { state = '' } = Object.fromEntries(new URL(url).searchParams)
    const socket = connect({ host: '127.0.0.1', port: Number(port) })
    const path = `/callback?error=access_denied&state=${state}`
    socket.write(`GET ${path} HTTP/1.1\r\nHost: evil.example:${port}\r\n\r\n`)
    const [answer] = (await new Promise((resolve) =>
      socket.on('data', (data) => resolve([data])),
    )) as [Buffer]
    socket.destroy()
    expect(String(answer)).toMatch(/^HTTP\/1\.1 421 /)
    await walkLogin(url)
    expect((await running.exited).code).toBe(0)
  })

  test('a second tab on the same address sees the same outcome', async () => {
    const { running, url } = await startIdleLogin(world, demoClient(server))
    let second: Promise<Response> | undefined
    const end = await walkLogin(url, {
      onRedirectUri: (target) => {
        second = fetch(target)
        return undefined
      },
    })
    const page = await second
    expect(page?.status).toBe(200)
    expect(await page?.text()).toBe(end.body)
    expect((await running.exited).code).toBe(0)
    expect(server.requestsTo('/token')).toHaveLength(1)
  })
})
