import { chromium, type Browser, type Page } from 'playwright-core'
import { demo } from './people.ts'
import { chromiumPath } from './requirements.ts'

export interface ChromiumOptions {
  username?: string
  password?: string
  consent?: 'allow' | 'deny'
  colorScheme?: 'light' | 'dark'
}

export interface ChromiumLogin {
  /** The page after the redirect, for looking at it and for screenshots. */
  page: Page
  browser: Browser
  /** What the pages reported from the start: errors on the console, failed loads, exceptions. */
  problems: string[]
  close(): Promise<void>
}

/** Starts the system's Chromium without a window. Throws when there is none: ask `requireTool` first. */
export async function openChromium(): Promise<Browser> {
  const executablePath = chromiumPath()
  if (executablePath === undefined) throw new Error('no Chromium in PATH')
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
}

/** Logs in with a real browser: the counterpart of the robot. The page is left open for the test. */
export async function loginWithChromium(
  authorizationUrl: string,
  options: ChromiumOptions = {},
): Promise<ChromiumLogin> {
  const browser = await openChromium()
  try {
    const context = await browser.newContext({ colorScheme: options.colorScheme ?? 'light' })
    const page = await context.newPage()
    const problems: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text())
    })
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('requestfailed', (request) => problems.push(`failed: ${request.url()}`))
    await page.goto(authorizationUrl)
    await page.getByLabel('User name').fill(options.username ?? demo.username)
    await page.getByLabel('Password').fill(options.password ?? demo.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    const choice = options.consent === 'deny' ? 'Deny' : 'Allow'
    await page.getByRole('button', { name: choice, exact: true }).click()
    await page.waitForLoadState('load')
    return { page, browser, problems, close: () => browser.close() }
  } catch (error) {
    await browser.close()
    throw error
  }
}
