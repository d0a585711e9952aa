import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import type { Result } from '../support/program.ts'
import { programPath } from '../support/project.ts'
import { requireTool } from '../support/requirements.ts'
import {
  changeStored,
  expireIn,
  loggedInWorld,
  readStored,
  sessionFile,
} from '../support/stored-session.ts'
import type { World } from '../support/world.ts'

/** True where this process may mount, as root of a container or a machine may. */
function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'oauthctl-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' })
    execFileSync('umount', [folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  } finally {
    rmdirSync(folder)
  }
}

let server: AuthorizationServer
let world: World

beforeAll(async () => {
  server = await startAuthorizationServer()
})

afterAll(() => server.stop())

beforeEach(async () => {
  server.reset()
  world = await loggedInWorld(server)
  server.reset()
})

afterEach(() => world.close())

function lastError(result: Result): Record<string, unknown> {
  return JSON.parse(result.stderr.trim().split('\n').at(-1) ?? '').error
}

describe.runIf(process.platform === 'linux' && mayMount())(
  'a state folder on a disk of its own',
  () => {
    /** Moves the state folder to a file system of 64 KiB. */
    function mountState(): void {
      const saved = join(world.root, 'saved')
      execFileSync('cp', ['-a', world.stateDir, saved])
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=700', 'tmpfs', world.stateDir])
      execFileSync('cp', ['-a', `${saved}/.`, world.stateDir])
    }

    function fill(): void {
      try {
        writeFileSync(join(world.stateDir, 'filler'), Buffer.alloc(1024 * 1024))
      } catch {
        // Written up to the last byte.
      }
    }

    beforeEach(mountState)
    afterEach(() => execFileSync('umount', ['-l', world.stateDir]))

    test('that is full: nothing is spent, and it says so', async () => {
      await expireIn(world, -1)
      fill()
      const before = await readStored(world)
      const result = await world.run(['token', '--json'])
      expect(result).toMatchObject({ code: 1, stdout: '' })
      expect(lastError(result)).toMatchObject({ code: 'disk_full' })
      expect(server.requestsTo('/token')).toEqual([])
      expect(await readStored(world)).toEqual(before)
      execFileSync('rm', [join(world.stateDir, 'filler')])
      expect(await world.run(['token'])).toMatchObject({ code: 0, stderr: '' })
    })

    test('that is full: a token that still lives is printed', async () => {
      await expireIn(world, 30)
      fill()
      const result = await world.run(['token'])
      const stored = await readStored(world)
      expect(result).toMatchObject({ code: 0, stdout: `${stored?.tokens[0]?.access_token}\n` })
      expect(result.stderr).toMatch(/^warning: /m)
      expect(server.requestsTo('/token')).toEqual([])
    })

    test('that fills up meanwhile: the rotated token is lost, and it says what that means', async () => {
      await expireIn(world, -1)
      server.alter('/token', () => {
        fill()
        return undefined
      })
      const result = await world.run(['token', '--json'])
      expect(result).toMatchObject({ code: 1, stdout: '' })
      const error = lastError(result)
      expect(error).toMatchObject({ code: 'save_failed' })
      expect(String(error['hint'])).toContain('oauthctl login')
      expect((await readStored(world))?.tokens).toHaveLength(1)
    })

    test('that fills up meanwhile: a living token is no reason to be silent about the loss', async () => {
      await expireIn(world, 30)
      server.alter('/token', () => {
        fill()
        return undefined
      })
      const result = await world.run(['token'])
      expect(result).toMatchObject({ code: 1, stdout: '' })
      expect(result.stderr).toContain('could not be stored')
    })

    test('that is read-only: a fresh token is given, a refresh is not begun', async () => {
      execFileSync('mount', ['-o', 'remount,ro', world.stateDir])
      expect(await world.run(['token'])).toMatchObject({ code: 0, stderr: '' })
      const result = await world.run(['refresh', '--json'])
      expect(result).toMatchObject({ code: 7, stdout: '' })
      expect(server.requestsTo('/token')).toEqual([])
      expect(await world.run(['status'])).toMatchObject({ code: 0 })
    })
  },
)

describe.runIf(requireTool('prlimit'))('a limit on the size of files', () => {
  test('that is hit while storing is told as what it means', async () => {
    await expireIn(world, -1)
    // The journal and the lock are small; the session is not, and grows by the new tokens.
    server.alterTokenResponse((json) => ({ ...json, access_token: 'a'.repeat(20_000) }))
    const result = await world.run(['--fsize=8192', process.execPath, programPath, 'token'], {
      command: ['prlimit'],
    })
    expect(result.stdout).toBe('')
    expect([1, 7]).toContain(result.code)
    expect(result.stderr).toContain('could not be stored')
    expect(result.stderr).toContain('oauthctl login')
  })
})

describe('a stored session that cannot be used', () => {
  async function expectLeftAlone(code: string, path = sessionFile(world)): Promise<void> {
    const bytes = readFileSync(path)
    for (const command of ['token', 'refresh', 'userinfo', 'logout']) {
      const result = await world.run([command, '--json'])
      expect(result).toMatchObject({ code: 7, stdout: '' })
      expect(lastError(result)).toMatchObject({ code })
      expect(readFileSync(path).equals(bytes)).toBe(true)
    }
    const login = await world.login(['--json', '--prompt', 'consent'])
    expect(login).toMatchObject({ code: 7, stdout: '' })
    expect(readFileSync(path).equals(bytes)).toBe(true)
    expect(server.requestsTo('/auth')).toEqual([])
    expect(server.requestsTo('/token')).toEqual([])
  }

  test('damaged by one byte', async () => {
    const path = sessionFile(world)
    const text = readFileSync(path, 'utf8')
    const at = Math.floor(text.length / 2)
    const other = text[at] === 'A' ? 'B' : 'A'
    writeFileSync(path, text.slice(0, at) + other + text.slice(at + 1))
    await expectLeftAlone('store_damaged')
  })

  test.each([0, 10, 200])('cut after %i bytes', async (length) => {
    const path = sessionFile(world)
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, length))
    await expectLeftAlone('store_damaged')
  })

  test('that belongs to another profile', async () => {
    await world.login(['other', '--issuer', server.issuer, '--client-id', 'oauthctl-demo'])
    server.reset()
    writeFileSync(sessionFile(world), readFileSync(sessionFile(world, 'other')))
    await expectLeftAlone('store_damaged')
  })

  test('that a later release wrote', async () => {
    await changeStored(world, (session) => ({ ...session, version: 2 }))
    await expectLeftAlone('store_newer_version')
  })

  test('that is JSON of another shape', async () => {
    await changeStored(world, (session) => ({ ...session, tokens: [{ access_token: 5 }] as never }))
    await expectLeftAlone('store_damaged')
  })

  test('under another key', async () => {
    const right = world.env['OAUTHCTL_STORE_KEY']
    world.env['OAUTHCTL_STORE_KEY'] = Buffer.alloc(32, 7).toString('base64')
    await expectLeftAlone('store_wrong_key')
    world.env['OAUTHCTL_STORE_KEY'] = right
    expect(await world.run(['token'])).toMatchObject({ code: 0 })
  })

  test('logout --local forgets it', async () => {
    writeFileSync(sessionFile(world), 'rubbish')
    const result = await world.run(['logout', '--local'])
    expect(result).toMatchObject({ code: 0 })
    expect(await world.run(['token'])).toMatchObject({ code: 3 })
  })
})

describe('the key of the file store', () => {
  test('that is missing is exit 7 with how to make one', async () => {
    const result = await world.run(['token'], { env: { OAUTHCTL_STORE_KEY: undefined } })
    expect(result).toMatchObject({ code: 7, stdout: '' })
    expect(result.stderr).toContain('openssl rand -base64 32')
  })

  test.each(['short', 'A'.repeat(43) + '!', Buffer.alloc(31, 1).toString('base64')])(
    'that is malformed (%s) is exit 2 and is not echoed',
    async (key) => {
      const result = await world.run(['token'], { env: { OAUTHCTL_STORE_KEY: key } })
      expect(result).toMatchObject({ code: 2, stdout: '' })
      expect(result.stderr).not.toContain(key)
    },
  )

  test('may be base64url, and may stand in a file', async () => {
    const key = Buffer.from(world.env['OAUTHCTL_STORE_KEY'] ?? '', 'base64').toString('base64url')
    const env = { OAUTHCTL_STORE_KEY: key }
    expect(await world.run(['token'], { env })).toMatchObject({ code: 0 })
    const file = join(dirname(world.configFile), 'key')
    writeFileSync(file, `${key}\n`, { mode: 0o600 })
    const fromFile = { OAUTHCTL_STORE_KEY: undefined, OAUTHCTL_STORE_KEY_FILE: file }
    expect(await world.run(['token'], { env: fromFile })).toMatchObject({ code: 0 })
    const gone = { ...fromFile, OAUTHCTL_STORE_KEY_FILE: `${file}-missing` }
    expect(await world.run(['token'], { env: gone })).toMatchObject({ code: 7, stdout: '' })
  })
})
