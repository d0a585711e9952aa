import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import { startProtectedApi, type ProtectedApi } from '../support/protected-api.ts'
import { programPath } from '../support/project.ts'
import { requireTool } from '../support/requirements.ts'
import {
  changeStored,
  loggedInWorld,
  readStored,
  type StoredSession,
} from '../support/stored-session.ts'
import type { World } from '../support/world.ts'

let server: AuthorizationServer
let api: ProtectedApi
let world: World
let session: StoredSession
let token: string

beforeAll(async () => {
  server = await startAuthorizationServer()
  api = await startProtectedApi({ issuer: server.issuer })
  world = await loggedInWorld(server, { args: ['work'] })
  session = (await readStored(world, 'work')) as StoredSession
  token = session.tokens[0]?.access_token ?? ''
})

afterAll(async () => {
  await world.close()
  await api.stop()
  await server.stop()
})

async function printed(...args: string[]): Promise<string> {
  const result = await world.run(['token', 'work', ...args])
  expect(result).toMatchObject({ code: 0, stderr: '' })
  return result.stdout
}

describe('the formats of a token', () => {
  test('raw', async () => {
    expect(await printed('--output', 'raw')).toBe(`${token}\n`)
  })

  test.each([[['--json']], [['--output', 'json']]])('%s', async (args) => {
    expect(JSON.parse(await printed(...args))).toEqual({
      access_token: token,
      token_type: 'Bearer',
      expires_at: `${String(session.tokens[0]?.expires_at).slice(0, 19)}Z`,
      scope: 'openid profile offline_access api:read api:write',
      issuer: server.issuer,
      client_id: 'oauthctl-demo',
      profile: 'work',
    })
  })

  test('header', async () => {
    expect(await printed('--output', 'header')).toBe(`Authorization: Bearer ${token}\n`)
  })

  test('--json with another format prints that format', async () => {
    expect(await printed('--json', '--output', 'header')).toBe(`Authorization: Bearer ${token}\n`)
  })

  test('env is read by a shell', async () => {
    expect(await printed('--output', 'env')).toBe(`export ACCESS_TOKEN='${token}'\n`)
    const named = await printed('--output', 'env', '--env', 'API_TOKEN')
    const shown = execFileSync('/bin/sh', ['-c', `${named}printf %s "$API_TOKEN"`])
    expect(shown.toString()).toBe(token)
  })

  test.each(['1TOKEN', 'A-B', 'A=B', 'A;rm', ''])('refuses the variable name %j', async (name) => {
    const result = await world.run(['token', 'work', '--output', 'env', '--env', name])
    expect(result).toMatchObject({ code: 2, stdout: '' })
  })

  test.runIf(requireTool('curl'))('curl takes it from a pipe', async () => {
    const config = await printed('--output', 'curl')
    const curl = world.run(['-sS', '-K', '-', `${api.url}/hello`], {
      command: ['curl'],
      input: config,
    })
    expect(JSON.parse((await curl).stdout)).toMatchObject({ message: 'Hello, user-demo' })
  })

  test('exec-credential is what kubectl reads', async () => {
    const credential = JSON.parse(await printed('--output', 'exec-credential'))
    expect(credential).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: {
        token,
        expirationTimestamp: `${String(session.tokens[0]?.expires_at).slice(0, 19)}Z`,
      },
    })
    const older = await world.run(['token', 'work', '--output', 'exec-credential'], {
      env: {
        KUBERNETES_EXEC_INFO: JSON.stringify({
          apiVersion: 'client.authentication.k8s.io/v1beta1',
          kind: 'ExecCredential',
          spec: { interactive: true },
        }),
      },
    })
    expect(JSON.parse(older.stdout).apiVersion).toBe('client.authentication.k8s.io/v1beta1')
  })

  test('an unknown format is refused with those that exist', async () => {
    const result = await world.run(['token', 'work', '--output', 'yaml'])
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toMatch(/raw, json, header, env/)
  })

  test('a refresh token is in none of them', async () => {
    for (const format of ['raw', 'json', 'header', 'env', 'curl', 'exec-credential'])
      expect(await printed('--output', format)).not.toContain(session.refresh_token)
  })
})

describe('--output github', () => {
  function files() {
    const output = join(world.root, `output-${Math.random()}`)
    const environment = join(world.root, `env-${Math.random()}`)
    writeFileSync(output, 'before=1\n')
    return { output, environment }
  }

  test('masks the token, then writes it to GITHUB_OUTPUT only', async () => {
    const { output, environment } = files()
    const env = { GITHUB_OUTPUT: output, GITHUB_ENV: environment, GITHUB_ACTIONS: 'true' }
    const result = await world.run(['token', 'work', '--output', 'github'], { env })
    expect(result).toEqual({ code: 0, signal: null, stdout: `::add-mask::${token}\n`, stderr: '' })
    expect(readFileSync(output, 'utf8')).toBe(`before=1\naccess_token=${token}\n`)
    expect(existsSync(environment)).toBe(false)
  })

  test('writes to GITHUB_ENV with --env', async () => {
    const { output, environment } = files()
    const env = { GITHUB_OUTPUT: output, GITHUB_ENV: environment }
    const args = ['token', 'work', '--output', 'github', '--env', 'API_TOKEN']
    expect(await world.run(args, { env })).toMatchObject({ code: 0 })
    expect(readFileSync(environment, 'utf8')).toBe(`API_TOKEN=${token}\n`)
  })

  test('refuses to work outside of GitHub Actions', async () => {
    const result = await world.run(['token', 'work', '--output', 'github'])
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toContain('GITHUB_OUTPUT')
  })

  test('a file that cannot be written is named, and nothing is printed', async () => {
    const env = { GITHUB_OUTPUT: join(world.root, 'missing', 'output') }
    const result = await world.run(['token', 'work', '--output', 'github'], { env })
    expect(result).toMatchObject({ code: 1, stdout: '' })
    expect(result.stderr).toContain('GITHUB_OUTPUT')
    expect(result.stderr).not.toContain('fault of oauthctl')
  })
})

describe('--id-token', () => {
  test('gives the ID token of the session', async () => {
    const printedToken = (await printed('--id-token')).trim()
    expect(printedToken).toBe(session.id_token)
    const claims = decodeJwt(printedToken)
    expect(claims.sub).toBe('user-demo')
    expect(JSON.parse(await printed('--id-token', '--json'))).toEqual({
      id_token: printedToken,
      token_type: 'Bearer',
      expires_at: new Date((claims.exp ?? 0) * 1000).toISOString().replace('.000', ''),
      scope: 'openid profile offline_access api:read api:write',
      issuer: server.issuer,
      client_id: 'oauthctl-demo',
      profile: 'work',
    })
  })
})

describe('stdout', () => {
  test('closed early is no error', async () => {
    const running = world.start(['token', 'work'])
    running.closeStdout()
    expect(await running.exited).toMatchObject({ stderr: '', signal: null })
    const shell = await world.run(['-c', `"$0" "$1" token work | head -0`, ...program()], {
      command: ['/bin/sh'],
    })
    expect(shell.stderr).toBe('')
  })

  test('that is full is told, and is no success', async () => {
    const result = await world.run(['-c', '"$0" "$1" token work > /dev/full', ...program()], {
      command: ['/bin/sh'],
    })
    expect(result.code).toBe(1)
    expect(result.stderr).toMatch(/^error: .*(output|stdout|space)/)
    expect(result.stderr).not.toMatch(/\n\s+at /)
  })

  test('a version or a help that cannot be written is an error', async () => {
    for (const option of ['--version', '--help']) {
      const line = `"$0" "$1" ${option} > /dev/full`
      const result = await world.run(['-c', line, ...program()], { command: ['/bin/sh'] })
      expect(result.code, option).toBe(1)
    }
  })
})

describe.runIf(process.platform === 'linux')('a file that may not grow', () => {
  // The first write fits in part, and the system reports that part as success.
  test.each([
    ['the start', 'token work'],
    ['the whole program', 'token work --timeout 20'],
  ])('is told by %s, and is no success', async (_, command) => {
    await changeStored(
      world,
      (stored) => ({
        ...stored,
        tokens: stored.tokens.map((one) => ({ ...one, access_token: 'x'.repeat(3000) })),
      }),
      'work',
    )
    const line = `trap '' XFSZ; ulimit -f 2; "$0" "$1" ${command} > '${world.root}/small'`
    const result = await world.run(['-c', line, ...program()], { command: ['/bin/sh'] })
    expect(statSync(join(world.root, 'small')).size).toBeGreaterThan(0)
    expect(result.code).toBe(1)
    expect(result.stderr).toMatch(/^error: .*stdout/)
  })
})

function program(): string[] {
  return [process.execPath, programPath]
}
