import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseProfileFile } from '../../src/config/profile-file.ts'
import { resolveSettings } from '../../src/config/resolve-settings.ts'
import { EXIT } from '../../src/errors/exit-codes.ts'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import { startKeyringSession, type KeyringSession } from '../support/keyring-session.ts'
import { programPath, projectRoot, robotBrowser } from '../support/project.ts'
import { startProtectedApi } from '../support/protected-api.ts'
import { requireTools } from '../support/requirements.ts'
import { createWorld, type World } from '../support/world.ts'
import { allowedBy, consoleBlocks } from './console-blocks.ts'

const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8')
const run = promisify(execFile)

describe('the lists of the README', () => {
  it('has every exit code and no other', () => {
    const table = readme.slice(readme.indexOf('## Exit codes'), readme.indexOf('On failure'))
    const listed = [...table.matchAll(/^\| (\d+)\s+\|/gm)].map(([, code]) => Number(code))
    expect(listed).toEqual(Object.values(EXIT))
  })

  it('has every command of the program', async () => {
    const { stdout } = await run(process.execPath, [programPath, '--help'])
    const commands = [...stdout.matchAll(/^ {2}([a-z]+)(?: \[| <| {2})/gm)].map(([, name]) => name)
    expect(commands.length).toBeGreaterThan(8)
    for (const name of commands) {
      if (name !== 'help') expect(readme).toContain(`\`oauthctl ${name}`)
    }
  })

  it('names no option that the commands do not have', async () => {
    const commands = ['login', 'token', 'exec', 'request', 'logout']
    const helps = await Promise.all(
      commands.map((name) => run(process.execPath, [programPath, name, '--help'])),
    )
    const known = new Set(helps.flatMap(({ stdout }) => stdout.match(/--[a-z][a-z-]+/g) ?? []))
    const section = readme.slice(readme.indexOf('### `login`'), readme.indexOf('### Profiles'))
    const named = section.match(/--[a-z][a-z-]+/g) ?? []
    expect(named.length).toBeGreaterThan(15)
    expect(named.filter((option) => !known.has(option))).toEqual([])
  })
})

it('shows a profile file that is one', () => {
  const [, text] = /^```json\n([\s\S]*?)^```$/m.exec(readme) ?? []
  const { profiles, defaultProfile } = parseProfileFile(text, 'README.md')
  expect(Object.keys(profiles)).toContain(defaultProfile)
  for (const [profileName, profile] of Object.entries(profiles)) {
    const { values } = resolveSettings({ options: {}, env: {}, profile, profileName })
    // A member that is no setting of a profile would be passed over without a word.
    expect(Object.keys(values).toSorted()).toEqual(Object.keys(profile).toSorted())
  }
})

const canRun = requireTools('dbus', 'gnome-keyring', 'curl')

describe.runIf(canRun)('the tour of the README', () => {
  let server: AuthorizationServer
  let api: Awaited<ReturnType<typeof startProtectedApi>>
  let keyring: KeyringSession
  let world: World

  beforeAll(async () => {
    server = await startAuthorizationServer({
      clients: [
        {
          client_id: 'cli',
          application_type: 'native',
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code', 'refresh_token'],
          redirect_uris: ['http://127.0.0.1/callback'],
        },
      ],
    })
    api = await startProtectedApi({ issuer: server.issuer })
    keyring = await startKeyringSession()
    world = createWorld({ BROWSER: robotBrowser })
    delete world.env['OAUTHCTL_STORE']
    delete world.env['OAUTHCTL_STORE_KEY']
    const bus = keyring.env['DBUS_SESSION_BUS_ADDRESS']
    if (bus !== undefined) world.env['DBUS_SESSION_BUS_ADDRESS'] = bus
    const program = `#!/bin/sh\nexec "${process.execPath}" "${programPath}" "$@"\n`
    writeFileSync(join(world.bin, 'oauthctl'), program, { mode: 0o755 })
  })

  afterAll(async () => {
    await world.close()
    await keyring.stop()
    await api.stop()
    await server.stop()
  })

  it('prints what it is said to print, command by command', async () => {
    const local = (text: string): string =>
      text
        .replaceAll('https://login.example.com', server.issuer)
        .replaceAll('login.example.com', new URL(server.issuer).host)
        .replaceAll('https://api.example.com/api', api.url)
    // A table is as wide as its widest issuer, so the width of columns is left open.
    const narrowed = (text: string): string => text.replace(/ {2,}/g, '  ')
    for (const block of consoleBlocks(readme)) {
      const mark = '\u0001'
      const script = block.map(({ command }) => `${local(command)}\nprintf '${mark}'`).join('\n')
      const { stdout } = await run('/bin/bash', ['-c', `exec 2>&1\n${script}`], {
        env: world.env,
        cwd: world.home,
      })
      const outputs = stdout.split(mark)
      for (const [index, { command, printed }] of block.entries()) {
        const allowed = allowedBy(printed.map((line) => narrowed(local(line))))
        expect(narrowed(outputs[index] ?? ''), command).toMatch(allowed)
      }
    }
  }, 60_000)
})
