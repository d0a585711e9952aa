import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Browser, Page as Tab } from 'playwright-core'
import { startPageServer } from '../../src/loopback/one-time-page.ts'
import type { Page } from '../../src/loopback/page.ts'
import { renderPostForm } from '../../src/loopback/post-form.ts'
import { openChromium } from '../support/chromium.ts'
import { close, listen } from '../support/listen.ts'
import { requireTool } from '../support/requirements.ts'
import { listening, STATE } from './listening.ts'

const SUCCESS: Page = { kind: 'success', profile: 'work', account: 'ada@example.com' }

describe.runIf(requireTool('chromium'))('in a real browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openChromium()
  })
  afterAll(() => browser.close())

  async function tab(): Promise<{ page: Tab; complaints: string[] }> {
    const page = await browser.newPage()
    onTestFinished(() => page.close())
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    return { page, complaints }
  }

  it('shows the outcome, leaves no code in address or history, and breaks no policy', async () => {
    const { listener } = await listening()
    const { page, complaints } = await tab()
    const shown = page.goto(`${listener.redirectUri}?code=c1&state=${STATE}`)
    await (await listener.response).answer(SUCCESS)
    await shown
    expect(page.url()).toBe(listener.redirectUri)
    expect(await page.title()).toBe('You are logged in · oauthctl')
    expect(await page.getByRole('status').textContent()).toContain('You are logged in')
    const background = await page.evaluate(
      () => getComputedStyle(document.querySelector('main') ?? document.body).borderRadius,
    )
    expect(background).toBe('20px')
    expect(await page.evaluate(() => history.length)).toBeLessThanOrEqual(2)
    expect(complaints).toEqual([])
    await listener.close()
  })

  it('ends with the connections that Chromium keeps open', async () => {
    const { listener } = await listening()
    const { page } = await tab()
    const shown = page.goto(`${listener.redirectUri}?code=c1&state=${STATE}`)
    await (await listener.response).answer(SUCCESS)
    await listener.close()
    expect((await shown)?.status()).toBe(200)
  })

  it('takes a form post from the page of another server', async () => {
    const { listener } = await listening({ responseMode: 'form_post' })
    const server = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html')
      response.end(
        `<form method="post" action="${listener.redirectUri}"><input name="code" value="c1"><input name="state" value="${STATE}"></form><script>document.forms[0].submit()</script>`,
      )
    })
    const port = await listen(server)
    onTestFinished(() => close(server))
    const { page, complaints } = await tab()
    const shown = page.goto(`http://localhost:${port}/`)
    const arrival = await listener.response
    expect(arrival.parameters.get('code')).toBe('c1')
    await arrival.answer(SUCCESS)
    await shown
    await page.waitForURL(listener.redirectUri)
    expect(await page.title()).toContain('You are logged in')
    expect(complaints).toEqual([])
  })

  it.each(['light', 'dark'] as const)('fits 320 pixels in %s', async (colorScheme) => {
    const { listener } = await listening()
    const page = await browser.newPage({ colorScheme, viewport: { width: 320, height: 640 } })
    onTestFinished(() => page.close())
    const shown = page.goto(`${listener.redirectUri}?code=c1&state=${STATE}`)
    await (
      await listener.response
    ).answer({
      kind: 'failure',
      message: 'x'.repeat(200),
      command: `oauthctl login --issuer https://${'y'.repeat(100)}.example`,
    })
    await shown
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(width).toBe(320)
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    expect(ground).toBe(colorScheme === 'light' ? 'rgb(243, 245, 248)' : 'rgb(14, 17, 22)')
  })

  it.each([true, false])('posts the logout once (scripts: %s)', async (javaScriptEnabled) => {
    const bodies: string[] = []
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        if (request.method === 'POST') {
          bodies.push(`${request.headers.referer ?? '-'} ${Buffer.concat(chunks).toString()}`)
        }
        response.setHeader('Content-Type', 'text/html')
        response.end('<title>out</title>')
      })
    })
    const port = await listen(server)
    onTestFinished(() => close(server))
    const pageServer = await startPageServer({
      page: renderPostForm({
        action: `http://localhost:${port}/logout`,
        fields: { id_token_hint: 'ey.h.s', client_id: 'cli' },
      }),
      signal: new AbortController().signal,
      random: { bytes: (length) => randomBytes(length) },
      platform: process.platform,
    })
    onTestFinished(() => pageServer.close())
    const page = await browser.newPage({ javaScriptEnabled })
    onTestFinished(() => page.close())
    await page.goto(pageServer.url)
    if (!javaScriptEnabled) await page.getByRole('button', { name: 'Log out' }).click()
    await page.waitForURL(`http://localhost:${port}/logout`)
    await pageServer.served
    expect(bodies).toEqual(['- id_token_hint=ey.h.s&client_id=cli'])
  })
})
