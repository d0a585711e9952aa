import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import type { Env, Result } from '../support/program.ts'
import { createWorld, type World } from '../support/world.ts'

let server: AuthorizationServer
let world: World
let secret: string

beforeAll(async () => {
  server = await startAuthorizationServer({ alwaysRefreshToken: true })
  secret = server.clients.post.client_secret
  world = createWorld()
  const result = await login('env:MY_SECRET', { MY_SECRET: secret })
  expect(result).toMatchObject({ code: 0 })
})

afterAll(async () => {
  await world.close()
  await server.stop()
})

beforeEach(() => server.reset())

function login(reference: string, env: Env = {}, input?: string): Promise<Result> {
  const args = ['--issuer', server.issuer, '--client-id', server.clients.post.client_id]
  return world.login([...args, '--client-secret', reference, '--scope', 'openid'], {
    env,
    ...(input === undefined ? {} : { input }),
  })
}

/** Changes the profile's reference by hand, as a person would. */
function setReference(reference: string | undefined): void {
  const config = world.readConfig() as { profiles: { default: Record<string, unknown> } }
  const { client_secret: _, ...rest } = config.profiles.default
  const profile = reference === undefined ? rest : { ...rest, client_secret: reference }
  world.writeConfig({ ...config, profiles: { default: profile } })
}

async function refresh(reference: string | undefined, env: Env = {}): Promise<Result> {
  setReference(reference)
  const result = await world.run(['refresh'], { env })
  expect(`${result.stdout}${result.stderr}`).not.toContain(secret)
  return result
}

/** The secret of the last token request, from the header (RFC 6749 section 2.3.1). */
function sentSecret(): string | undefined {
  const header = server.requestsTo('/token').at(-1)?.headers['authorization'] ?? ''
  const [, pair = ''] = header.split(' ')
  const [, value = ''] = Buffer.from(pair, 'base64').toString('utf8').split(':')
  return decodeURIComponent(value)
}

describe('the client secret of a profile', () => {
  test('from env:', async () => {
    expect(await refresh('env:MY_SECRET', { MY_SECRET: secret })).toMatchObject({ code: 0 })
    expect(sentSecret()).toBe(secret)
    const missing = await refresh('env:MY_SECRET')
    expect(missing).toMatchObject({ code: 2, stdout: '' })
    expect(missing.stderr).toContain('MY_SECRET')
    expect(await refresh('env:MY_SECRET', { MY_SECRET: '' })).toMatchObject({ code: 2 })
    expect(server.requestsTo('/token')).toHaveLength(1)
  })

  test('from file:, without one line break at its end', async () => {
    const path = join(world.root, 'secret.txt')
    for (const end of ['', '\n', '\r\n']) {
      writeFileSync(path, secret + end, { mode: 0o600 })
      expect(await refresh(`file:${path}`)).toMatchObject({ code: 0, stderr: '' })
      expect(sentSecret()).toBe(secret)
    }
    chmodSync(path, 0o644)
    const open = await refresh(`file:${path}`)
    expect(open).toMatchObject({ code: 0 })
    expect(open.stderr).toMatch(/^warning: .*chmod 600/)
    writeFileSync(path, '\n')
    chmodSync(path, 0o600)
    expect(await refresh(`file:${path}`)).toMatchObject({ code: 2 })
    const missing = await refresh(`file:${path}-missing`)
    expect(missing).toMatchObject({ code: 2, stdout: '' })
    expect(missing.stderr).toContain(`${path}-missing`)
    expect(await refresh(`file:${world.root}`)).toMatchObject({ code: 2 })
  })

  test('from cmd:, whose child has no secret of oauthctl', async () => {
    const log = join(world.root, 'env.txt')
    const command = `env > '${log}'; echo noise >&2; echo '${secret}'`
    // The profile names its own secret, so this one does not count, and is not handed on.
    const env = { OAUTHCTL_CLIENT_SECRET: 'another-secret-value', KEPT: 'yes' }
    const result = await refresh(`cmd:${command}`, env)
    expect(result).toMatchObject({ code: 0 })
    expect(sentSecret()).toBe(secret)
    const seen = (await world.run(['-c', `cat '${log}'`], { command: ['/bin/sh'] })).stdout
    expect(seen).toContain('KEPT=yes')
    expect(seen).not.toContain('another-secret-value')
    expect(seen).not.toContain(world.env['OAUTHCTL_STORE_KEY'])
  })

  test('from a cmd: that reads its standard input, which is empty', async () => {
    const result = await refresh(`cmd:cat; echo '${secret}'`)
    expect(result).toMatchObject({ code: 0 })
    expect(sentSecret()).toBe(secret)
  })

  test.each([
    ['exit 3', 'exit code 3'],
    ['/no/such/program', 'exit code 127'],
    ['true', 'empty'],
  ])('from cmd:%s fails as a mistake in the configuration', async (command, why) => {
    const result = await refresh(`cmd:${command}`)
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toContain(why)
    expect(server.requestsTo('/token')).toEqual([])
  })

  test('from a pipe goes into the store, and the profile gets the reference', async () => {
    setReference(undefined)
    expect(await login('-', {}, `${secret}\n`)).toMatchObject({ code: 0 })
    expect(world.readConfig()).toMatchObject({
      profiles: { default: { client_secret: 'keychain:default' } },
    })
    server.reset()
    expect(await refresh('keychain:default')).toMatchObject({ code: 0 })
    expect(sentSecret()).toBe(secret)
    expect(await refresh('keychain:other')).toMatchObject({ code: 2, stdout: '' })
  })

  test('written out in the profile file is refused without being repeated', async () => {
    const result = await refresh(secret)
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toContain('env:')
    expect(server.requestsTo('/token')).toEqual([])
  })

  test.each(['login', 'token', 'refresh', 'logout', 'userinfo'])(
    'written out as an option of %s is refused without being repeated',
    async (command) => {
      setReference('env:MY_SECRET')
      const result = await world.run([command, '--client-secret', secret], {
        env: { MY_SECRET: secret },
      })
      expect(result).toMatchObject({ code: 2, stdout: '' })
      expect(result.stderr).not.toContain(secret)
      expect(result.stderr).toContain('--client-secret env:')
      const profile = await world.run(['profile', 'set', 'default', `client_secret=${secret}`])
      expect(profile).toMatchObject({ code: 2, stdout: '' })
      expect(profile.stderr).not.toContain(secret)
    },
  )
})

describe('OAUTHCTL_CLIENT_SECRET', () => {
  test('counts for a profile that names no secret of its own', async () => {
    const env = { OAUTHCTL_CLIENT_SECRET: secret }
    expect(await refresh(undefined, env)).toMatchObject({ code: 0 })
    expect(sentSecret()).toBe(secret)
  })

  test('does not replace the secret of a profile', async () => {
    const env = { OAUTHCTL_CLIENT_SECRET: 'wrong-secret-value', MY_SECRET: secret }
    expect(await refresh('env:MY_SECRET', env)).toMatchObject({ code: 0 })
    expect(sentSecret()).toBe(secret)
  })

  test('replaces it together with OAUTHCTL_CLIENT_ID', async () => {
    const env = {
      OAUTHCTL_CLIENT_ID: server.clients.post.client_id,
      OAUTHCTL_CLIENT_SECRET: secret,
    }
    expect(await refresh('env:MISSING', env)).toMatchObject({ code: 0 })
    expect(sentSecret()).toBe(secret)
  })

  test('does not go to another server than the profile names', async () => {
    setReference(undefined)
    const env = { OAUTHCTL_CLIENT_SECRET: secret, OAUTHCTL_TOKEN_ENDPOINT: 'http://127.0.0.1:9/t' }
    expect(await world.run(['refresh'], { env })).toMatchObject({ code: 2, stdout: '' })
    expect(server.requests).toEqual([])
  })
})
