import { createServer } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import { loginWithChromium, openChromium } from '../support/chromium.ts'
import { close, listen } from '../support/listen.ts'
import { requireTool } from '../support/requirements.ts'
import { createWorld, type World } from '../support/world.ts'
import { demoClient, startIdleLogin } from './logins.ts'

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

// A background and a text colour, as far apart as they are in brightness (0 to 255).
const contrast = `(() => {
  const { backgroundColor, color } = getComputedStyle(document.body)
  const light = (text) => text.match(/\\d+/g).slice(0, 3).reduce((sum, one) => sum + Number(one), 0) / 3
  return { background: light(backgroundColor), distance: Math.abs(light(backgroundColor) - light(color)) }
})()`

describe.runIf(requireTool('chromium'))('a login in a real browser', () => {
  test.each(['light', 'dark'] as const)('succeeds, %s', async (colorScheme) => {
    const { running, url, redirectUri } = await startIdleLogin(world, demoClient(server, 'work'))
    const { page, problems, close: closeBrowser } = await loginWithChromium(url, { colorScheme })
    try {
      await page.getByRole('heading', { name: 'You are logged in' }).waitFor()
      const text = await page.innerText('body')
      expect(text).toMatch(/Profile\s+work/)
      expect(text).toMatch(/Account\s+demo/)
      expect(text).toContain('You can close this tab')
      expect(page.url()).toBe(redirectUri)
      expect(problems).toEqual([])
      const seen = (await page.evaluate(contrast)) as { background: number; distance: number }
      expect(seen.distance).toBeGreaterThan(120)
      expect(seen.background > 128 ? 'light' : 'dark').toBe(colorScheme)
    } finally {
      await closeBrowser()
    }
    const result = await running.exited
    expect(result.code).toBe(0)
    expect(result.stdout).toContain('Logged in as demo (profile work)')
  })

  test('is denied, and the page tells what to do next', async () => {
    const { running, url, redirectUri } = await startIdleLogin(world, demoClient(server, 'work'))
    const { page, close: closeBrowser } = await loginWithChromium(url, { consent: 'deny' })
    try {
      const text = await page.innerText('body')
      expect(text).toContain('The login did not succeed')
      expect(text).toContain('The access was not allowed')
      expect(text).toContain('run the same command')
      expect(page.url()).toBe(redirectUri)
    } finally {
      await closeBrowser()
    }
    const result = await running.exited
    expect(result).toMatchObject({ code: 4, stdout: '' })
    expect(result.stderr).toContain('access_denied')
  })

  test('goes on when a tab of an earlier attempt comes back, and form_post works', async () => {
    const probe = createServer()
    const port = await listen(probe)
    await close(probe)
    const fixed = ['--redirect-uri', `http://127.0.0.1:${port}/callback`]
    const first = await startIdleLogin(world, demoClient(server, ...fixed))
    first.running.kill('SIGINT')
    await first.running.exited
    const formPost = ['--authorization-param', 'response_mode=form_post']
    const second = await startIdleLogin(world, demoClient(server, ...fixed, ...formPost))
    const stale = await loginWithChromium(first.url)
    try {
      // The first attempt comes by GET, which this listener has no use for.
      expect(await stale.page.innerText('body')).toMatch(/not served here|not part of a login/)
      const tab = await stale.page.context().newPage()
      await tab.goto(second.url)
      await tab.getByRole('button', { name: 'Allow', exact: true }).click()
      await tab.getByRole('heading', { name: 'You are logged in' }).waitFor()
      expect(tab.url()).toBe(second.redirectUri)
    } finally {
      await stale.close()
    }
    expect((await second.running.exited).code).toBe(0)
  })

  test('a hostile page cannot end it, and two tabs see the same end', async () => {
    const { running, url, redirectUri } = await startIdleLogin(world, demoClient(server))
    const hostile = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end(
        `<link rel=icon href="data:,"><link rel=preconnect href="${redirectUri}">
         <img src="${redirectUri}?error=access_denied&state=x">
         <iframe src="${redirectUri}?error=server_error"></iframe>`,
      )
    })
    const port = await listen(hostile)
    const browser = await openChromium()
    try {
      const evil = await browser.newPage()
      await evil.goto(`http://localhost:${port}/`)
      const login = await browser.newPage()
      await login.goto(url)
      await login.getByLabel('User name').fill('demo')
      await login.getByLabel('Password').fill('demo-password')
      await login.getByRole('button', { name: 'Sign in' }).click()
      const allow = login.getByRole('button', { name: 'Allow', exact: true })
      await allow.waitFor()
      expect(running.stdout()).toBe('')
      await allow.click()
      await login.getByRole('heading', { name: 'You are logged in' }).waitFor()
    } finally {
      await browser.close()
      await close(hostile)
    }
    expect((await running.exited).code).toBe(0)
  })
})
