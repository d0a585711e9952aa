import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createBrowser } from '../../src/browser/browser.ts'
import type { Opened } from '../../src/ports/browser.ts'
import { realClock } from './real-clock.ts'

const PAGE = 'https://as.example/authorize?a=1&b=$(id)'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'browser-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A program that writes down its arguments and its environment, then does `then`. */
function program(name: string, then = 'exit 0'): string {
  const path = join(folder, name)
  const record = `printf '%s\\n' "$@" > '${path}.part'; env > '${path}.env'; mv '${path}.part' '${path}.args'`
  writeFileSync(path, `#!/bin/sh\n${record}\necho to stdout\n${then}\n`)
  chmodSync(path, 0o755)
  return path
}

function argsOf(path: string): string[] {
  return readFileSync(`${path}.args`, 'utf8').split('\n').slice(0, -1)
}

function open(commands: string[], env: Record<string, string> = {}, url = PAGE): Promise<Opened> {
  const browser = createBrowser({
    commands,
    platform: 'linux',
    env: { PATH: process.env['PATH'] ?? '', ...env },
    clock: realClock,
    openInSystem: async () => ({ kind: 'failed', reason: 'the system was asked' }),
  })
  return browser.open(url)
}

describe('somebody who has what the browser was opened for', () => {
  const ended = { kind: 'opened' }

  it('ends the watching of a command and of the launcher, and no timer stays', async () => {
    for (const bySystem of [false, true]) {
      const waits: (AbortSignal | undefined)[] = []
      const browser = createBrowser({
        commands: bySystem ? [] : [program('b', 'sleep 5')],
        platform: 'linux',
        env: { PATH: process.env['PATH'] ?? '' },
        clock: {
          now: realClock.now,
          sleep(ms, signal) {
            waits.push(signal)
            return realClock.sleep(ms, signal)
          },
        },
        openInSystem: async (_, signal) => {
          waits.push(signal)
          return { kind: 'opened' }
        },
      })
      const enough = new AbortController()
      const opened = browser.open(PAGE, enough.signal)
      enough.abort()
      expect(await opened).toEqual(ended)
      expect(waits.map((signal) => signal?.aborted)).toEqual([true])
    }
  })
})

describe('a given command', () => {
  it('gets the URL as its last argument, untouched by any shell', async () => {
    const path = program('b')
    expect(await open([`${path} --new-window 'two words'`])).toEqual({ kind: 'opened' })
    expect(argsOf(path)).toEqual(['--new-window', 'two words', PAGE])
  })

  it('gets the URL wherever %s stands', async () => {
    const path = program('b')
    await open([`"${path}" --app=%s --class x %s`])
    expect(argsOf(path)).toEqual([`--app=${PAGE}`, '--class', 'x', PAGE])
  })

  it('may stand in a folder with a space in its name', async () => {
    const path = program('my browser')
    expect(await open([`'${path}'`])).toEqual({ kind: 'opened' })
    expect(argsOf(path)).toEqual([PAGE])
  })

  it('sees no secret of oauthctl', async () => {
    const path = program('b')
    await open([path], { OAUTHCTL_CLIENT_SECRET: 'hush', OAUTHCTL_STORE_KEY: 'hush', LANG: 'C' })
    const env = readFileSync(`${path}.env`, 'utf8')
    expect(env).not.toContain('hush')
    expect(env).toContain('LANG=C')
  })

  it('counts as opened when it goes on running', async () => {
    const path = program('b', `echo $$ > '${folder}/pid'; exec sleep 20`)
    expect(await open([path])).toEqual({ kind: 'opened' })
    const pid = await vi.waitFor(() => {
      const text = readFileSync(join(folder, 'pid'), 'utf8')
      expect(text).toMatch(/^\d+\n$/)
      return Number(text)
    }, 10_000)
    // A process group of its own: Ctrl-C in our terminal does not reach it.
    expect(
      execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)])
        .toString()
        .trim(),
    ).toBe(String(pid))
    process.kill(pid)
  })

  it.each([
    ['is not there', () => join(folder, 'none'), /none was not found$/],
    ['is no program', () => folder, /could not be started \(EACCES\)$/],
    ['ends with an error', () => program('b', 'exit 3'), /ended with exit code 3$/],
    ['is killed', () => program('b', 'kill -9 $$'), /ended with SIGKILL$/],
    ['has an open quote', () => 'firefox "', /is not a command/],
    ['is empty', () => ' ', /is not a command/],
  ])('is reported when it %s', async (_name, command, reason) => {
    expect(await open([command()])).toEqual({
      kind: 'failed',
      reason: expect.stringMatching(reason),
    })
  })

  it('is followed by the next of the list, and only by those', async () => {
    const [broken, good, never] = [program('broken', 'exit 1'), program('good'), program('never')]
    expect(await open([join(folder, 'none'), broken, good, never])).toEqual({ kind: 'opened' })
    expect(existsSync(`${broken}.args`)).toBe(true)
    expect(argsOf(good)).toEqual([PAGE])
    expect(existsSync(`${never}.args`)).toBe(false)
  })

  it('does not give way to the system when it fails', async () => {
    const path = program('xdg-open')
    const opened = await open(['none-such'], { PATH: `${folder}:/usr/bin:/bin` })
    expect(opened).toEqual({ kind: 'failed', reason: 'none-such was not found' })
    expect(existsSync(`${path}.args`)).toBe(false)
  })

  it('is not started for an address that is no web page', async () => {
    const path = program('b')
    expect(await open([path], {}, 'file:///etc/passwd')).toMatchObject({ kind: 'failed' })
    expect(existsSync(`${path}.args`)).toBe(false)
  })
})

describe("the system's browser", () => {
  const outcome = (opened: Opened, env: Record<string, string> = {}) =>
    createBrowser({
      commands: [],
      platform: 'linux',
      env,
      clock: realClock,
      openInSystem: async (url) => (url === PAGE ? opened : { kind: 'failed', reason: 'other' }),
    }).open(PAGE)

  it('is asked where no command is given', async () => {
    expect(await outcome({ kind: 'opened' })).toEqual({ kind: 'opened' })
  })

  it('says that there is no display on a machine without one', async () => {
    expect(await outcome({ kind: 'failed', reason: 'no xdg-open' })).toEqual({
      kind: 'failed',
      reason: 'no xdg-open; this terminal has no graphical display',
    })
    expect(await outcome({ kind: 'failed', reason: 'no browser' }, { DISPLAY: ':0' })).toEqual({
      kind: 'failed',
      reason: 'no browser',
    })
  })
})

it('writes nothing of a browser to our own output', () => {
  const path = program('chatty', 'echo on stderr >&2')
  const bundle = join(folder, 'open.mjs')
  execFileSync(process.execPath, [
    '--input-type=module',
    '-e',
    `import { build } from 'esbuild'
     await build({ stdin: { contents: ${JSON.stringify(`
       import { createBrowser } from './src/browser/browser.ts'
       import { setTimeout as sleep } from 'node:timers/promises'
       const clock = { now: () => 0, sleep: (ms, signal) => sleep(ms, undefined, { signal }) }
       const browser = createBrowser({ commands: [process.argv[2]], platform: 'linux', env: process.env, clock })
       console.log(JSON.stringify(await browser.open('https://as.example/')))`)},
       resolveDir: process.cwd(), loader: 'ts' },
       bundle: true, platform: 'node', format: 'esm', outfile: ${JSON.stringify(bundle)} })`,
  ])
  const output = execFileSync(process.execPath, [bundle, path], { stdio: 'pipe' }).toString()
  expect(output).toBe('{"kind":"opened"}\n')
})
