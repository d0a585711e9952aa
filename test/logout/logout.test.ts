import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import { startFakeServer } from '../support/fake-server.ts'
import type { Reply } from '../support/http-exchange.ts'
import { robotBrowser } from '../support/project.ts'
import {
  changeStored,
  expireIn,
  loggedInWorld,
  loginArguments,
  readStored,
  sessionFile,
  type StoredSession,
} from '../support/stored-session.ts'
import { createWorld, type World } from '../support/world.ts'

let server: AuthorizationServer
let world: World
let session: StoredSession

beforeAll(async () => {
  server = await startAuthorizationServer()
})

afterAll(() => server.stop())

beforeEach(async () => {
  server.reset()
  world = await loggedInWorld(server)
  session = (await readStored(world)) as StoredSession
  server.reset()
})

afterEach(() => world.close())

function revoked(): (string | null)[] {
  return server.requestsTo('/token/revocation').map(({ params }) => params.get('token'))
}

async function expectForgotten(): Promise<void> {
  expect(await readStored(world)).toBeUndefined()
  expect(await world.run(['token'])).toMatchObject({ code: 3, stdout: '' })
  expect(JSON.parse((await world.run(['status', '--json'])).stdout)).toEqual({ sessions: [] })
  for (const folder of ['sessions', 'index', 'journal', 'locks']) {
    const path = join(world.stateDir, folder)
    expect(existsSync(path) ? readdirSync(path) : []).toEqual([])
  }
}

describe('logout', () => {
  test('revokes the refresh token and the access tokens, then forgets', async () => {
    const side = await world.run(['token', '--scope', 'api:read'])
    session = (await readStored(world)) as StoredSession
    server.reset()
    const result = await world.run(['logout'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toMatch(/^Logged out .*revoked/)
    expect(revoked()).toEqual([
      session.refresh_token,
      session.tokens[0]?.access_token,
      side.stdout.trim(),
    ])
    expect(server.requestsTo('/token/revocation')[0]?.params.get('token_type_hint')).toBe(
      'refresh_token',
    )
    for (const request of server.requestsTo('/token/revocation'))
      expect(request.answered?.status).toBe(200)
    await expectForgotten()
  })

  test('--json tells what was done', async () => {
    const result = await world.run(['logout', '--json'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(result.stdout)).toEqual({
      sessions: [{ profile: 'default', was_logged_in: true, revoked: true }],
    })
  })

  test('--local asks nobody', async () => {
    const result = await world.run(['logout', '--local'])
    expect(result).toMatchObject({ code: 0 })
    expect(result.stdout).toContain('not asked')
    expect(server.requests).toEqual([])
    await expectForgotten()
  })

  test('at a server that revokes nothing is 0 and says so', async () => {
    const bare = await startAuthorizationServer()
    bare.alterMetadata(({ revocation_endpoint: _, ...metadata }) => metadata)
    const other = await loggedInWorld(bare)
    const result = await other.run(['logout'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toContain('revokes no tokens')
    expect(bare.requestsTo('/token/revocation')).toEqual([])
    expect(await readStored(other)).toBeUndefined()
    await other.close()
    await bare.stop()
  })

  test.each([
    ['500', { status: 500, body: 'oops' }],
    ['an OAuth error', { status: 400, json: { error: 'invalid_request' } }],
    ['a dropped connection', 'drop'],
  ] as [string, Reply][])(
    'whose revocation fails by %s is 5, the session gone',
    async (_, reply) => {
      server.respond('/token/revocation', () => reply)
      const result = await world.run(['logout'])
      expect(result).toMatchObject({ code: 5, stdout: '' })
      expect(result.stderr).toMatch(/error: .*forgotten.*may still be valid/)
      for (const secret of [session.refresh_token, session.tokens[0]?.access_token])
        expect(result.stderr).not.toContain(secret)
      await expectForgotten()
    },
  )

  test('with a server that is down is 5, the session gone', async () => {
    await server.pause()
    const result = await world.run(['logout', '--json'])
    await server.resume()
    expect(result).toMatchObject({ code: 5, stdout: '' })
    expect(JSON.parse(result.stderr.trim().split('\n').at(-1) ?? '').error).toMatchObject({
      code: 'revocation_failed',
      exit_code: 5,
    })
    await expectForgotten()
    expect(await world.login(loginArguments(server))).toMatchObject({ code: 0 })
    await server.pause()
    const told = await world.run(['logout'])
    await server.resume()
    // Said once.
    expect(told.stderr.match(/may still be valid/g)).toHaveLength(1)
  })

  test('does not mind a server that revokes refresh tokens only', async () => {
    server.respond('/token/revocation', ({ params }) =>
      params.get('token_type_hint') === 'access_token'
        ? { status: 400, json: { error: 'unsupported_token_type' } }
        : { status: 200 },
    )
    expect(await world.run(['logout'])).toMatchObject({ code: 0, stderr: '' })
  })

  test('does not try the other tokens at a server that does not answer', async () => {
    server.respond('/token/revocation', () => 'hang')
    const result = await world.run(['logout', '--timeout', '1'])
    expect(result).toMatchObject({ code: 5, stdout: '' })
    expect(revoked()).toEqual([session.refresh_token])
    await expectForgotten()
  })

  test('does not say "revoked" of a server that revokes no type of token', async () => {
    server.respond('/token/revocation', () => ({
      status: 400,
      json: { error: 'unsupported_token_type' },
    }))
    const result = await world.run(['logout'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toContain('revokes no tokens')
    await expectForgotten()
  })

  test('whose client secret cannot be had is 5, the session gone', async () => {
    await world.run(['profile', 'set', 'default', 'client_secret=env:MYS'])
    const result = await world.run(['logout'])
    expect(result).toMatchObject({ code: 5, stdout: '' })
    expect(result.stderr).toMatch(/error: .*forgotten.*MYS/)
    expect(server.requests).toEqual([])
    expect(await readStored(world)).toBeUndefined()
  })

  test('from a store that the session is not in leaves it alone', async () => {
    const elsewhere = await world.run(['logout', '--local', '--store', 'none'])
    expect(elsewhere.code).toBe(2)
    expect(await readStored(world)).toBeDefined()
    expect(JSON.parse((await world.run(['status', '--json'])).stdout).sessions).toHaveLength(1)
  })

  test('where nobody is logged in is 0 and says so', async () => {
    const nobody = createWorld()
    const result = await nobody.run(['logout'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(result.stdout).toContain('Nobody was logged in')
    expect(await nobody.run(['logout', '--all'])).toMatchObject({ code: 0 })
    expect(JSON.parse((await nobody.run(['logout', '--all', '--json'])).stdout)).toEqual({
      sessions: [],
    })
    await nobody.close()
    expect(await world.run(['logout', 'wrok'])).toMatchObject({ code: 2, stdout: '' })
  })

  test('of a damaged session needs --local', async () => {
    writeFileSync(sessionFile(world), 'rubbish')
    expect(await world.run(['logout'])).toMatchObject({ code: 7, stdout: '' })
    expect(readFileSync(sessionFile(world), 'utf8')).toBe('rubbish')
    expect(await world.run(['logout', '--local'])).toMatchObject({ code: 0 })
    await expectForgotten()
  })

  test('keeps the profile, so that a login needs no options', async () => {
    await world.run(['logout'])
    expect(await world.login(['--prompt', 'consent'])).toMatchObject({ code: 0 })
  })
})

describe('logout and a refresh at the same time', () => {
  test('a refresh that waits for the lock does not bring the session back', async () => {
    await expireIn(world, -1)
    server.alter('/token/revocation', async () => {
      await new Promise((resolve) => setTimeout(resolve, 600))
      return undefined
    })
    const logout = world.run(['logout'])
    while (revoked().length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    const results = await Promise.all([world.run(['token']), world.run(['refresh'])])
    expect(await logout).toMatchObject({ code: 0 })
    for (const result of results) expect(result).toMatchObject({ code: 3, stdout: '' })
    expect(server.requestsTo('/token')).toEqual([])
    await expectForgotten()
  })

  test('a logout waits for a refresh, and revokes what it brought', async () => {
    await expireIn(world, -1)
    server.alter('/token', async () => {
      await new Promise((resolve) => setTimeout(resolve, 400))
      return undefined
    })
    const token = world.run(['token'])
    while (server.requestsTo('/token').length === 0) await new Promise((r) => setTimeout(r, 20))
    expect(await world.run(['logout'])).toMatchObject({ code: 0 })
    const { stdout } = await token
    const answer = JSON.parse(server.requestsTo('/token')[0]?.answered?.body ?? '{}')
    expect(revoked()).toEqual([answer.refresh_token, stdout.trim()])
    await expectForgotten()
  })
})

describe('logout --all', () => {
  test('ends every session of the profile file, whatever stands in variables', async () => {
    expect(await world.login(['other', ...loginArguments(server)])).toMatchObject({ code: 0 })
    await changeStored(world, (one) => one)
    server.reset()
    const result = await world.run(['logout', '--all', '--json'])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const { sessions } = JSON.parse(result.stdout)
    expect(sessions.map(({ profile }: { profile: string }) => profile)).toEqual([
      'default',
      'other',
    ])
    expect(revoked()).toHaveLength(4)
    await expectForgotten()
  })

  test('heeds the options for every profile', async () => {
    expect(await world.login(['other', ...loginArguments(server)])).toMatchObject({ code: 0 })
    const opened = join(world.root, 'opened.log')
    const script = join(world.root, 'noting.sh')
    writeFileSync(
      script,
      `#!/bin/sh\nprintf '%s\\n' "$1" >> '${opened}'\nexec ${robotBrowser} "$1"\n`,
      { mode: 0o755 },
    )
    const result = await world.run(['logout', '--all', '--end-session', '--browser', script])
    expect(result).toMatchObject({ code: 0 })
    expect(readFileSync(opened, 'utf8').trim().split('\n')).toHaveLength(2)
    expect(world.openedUrls()).toEqual([])
  })

  test('uses the settings and the connections of each profile', async () => {
    expect(await world.login(['other', ...loginArguments(server)])).toMatchObject({ code: 0 })
    await world.run(['profile', 'set', 'default', 'proxy=http://127.0.0.1:9'])
    server.reset()
    const result = await world.run(['logout', '--all'])
    // The proxy of one profile is nobody else's.
    expect(result).toMatchObject({ code: 5, stdout: '' })
    expect(result.stderr).toContain('Logged out (profile other)')
    expect(revoked()).toHaveLength(2)
    await expectForgotten()
  })

  test('sends the credentials of one client to nobody', async () => {
    const args = ['logout', '--all', '--client-secret', 'env:MYS']
    const result = await world.run(args, { env: { MYS: 'the secret' } })
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toContain('--client-secret')
    expect(server.requests).toEqual([])
    expect(await readStored(world)).toBeDefined()
  })

  test('goes on after a failure, and tells it', async () => {
    expect(await world.login(['other', ...loginArguments(server)])).toMatchObject({ code: 0 })
    server.respond('/token/revocation', () => ({ status: 500 }), { times: 1 })
    const result = await world.run(['logout', '--all'])
    expect(result).toMatchObject({ code: 5, stdout: '' })
    await expectForgotten()
  })

  test('goes on after a damaged session, and tells it', async () => {
    expect(await world.login(['other', ...loginArguments(server)])).toMatchObject({ code: 0 })
    writeFileSync(sessionFile(world), 'rubbish')
    const result = await world.run(['logout', '--all'])
    expect(result).toMatchObject({ code: 7, stdout: '' })
    expect(await readStored(world, 'other')).toBeUndefined()
  })
})

describe('logout --end-session', () => {
  test('ends the session in the browser; the ID token stands in no address and no argv', async () => {
    const report = join(world.root, 'report.json')
    const argvLog = join(world.root, 'argv.log')
    const script = join(world.root, 'browser.sh')
    writeFileSync(
      script,
      `#!/bin/sh\nprintf '%s\\n' "$@" >> '${argvLog}'\nexec ${robotBrowser} --report '${report}' "$@"\n`,
      { mode: 0o755 },
    )
    const result = await world.run(['logout', '--end-session', '--browser', script])
    expect(result).toMatchObject({ code: 0 })
    await expect.poll(() => existsSync(report), { timeout: 5000 }).toBe(true)
    const idToken = session.id_token ?? ''
    expect(readFileSync(argvLog, 'utf8')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\S+\n$/)
    expect(`${readFileSync(argvLog, 'utf8')}${result.stdout}${result.stderr}`).not.toContain(
      idToken,
    )
    const ended = server.requestsTo('/session/end')
    expect(ended[0]?.method).toBe('POST')
    expect(ended[0]?.params.get('id_token_hint')).toBe(idToken)
    for (const request of server.requests)
      expect(request.query.toString()).not.toContain(idToken.slice(0, 40))
    expect(revoked()).toContain(session.refresh_token)
    await expectForgotten()
  })

  test('shows the ID token to no other server than the one of the session', async () => {
    const stranger = await startFakeServer()
    const address = `${stranger.url}/steal`
    for (const name of ['end_session_endpoint', 'issuer']) {
      const env = { [`OAUTHCTL_${name.toUpperCase()}`]: address }
      const args = ['logout', '--end-session', '--browser', robotBrowser]
      const result = await world.run(args, { env })
      expect(result).toMatchObject({ code: 2, stdout: '' })
      expect(result.stderr).toContain(name)
      expect(result.stderr).not.toContain('http://127.0.0.1:0')
    }
    expect(stranger.requests).toEqual([])
    expect(server.requests).toEqual([])
    expect(await readStored(world)).toBeDefined()
    await stranger.stop()
  })

  test('shows the ID token to no address without encryption, unless --allow-http says so', async () => {
    const address = 'http://login.example.com/logout'
    await world.run(['profile', 'set', 'default', `end_session_endpoint=${address}`])
    const args = ['logout', '--end-session', '--no-browser', '--login-timeout', '1']
    const refused = await world.run(args)
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain('is not https')
    expect(refused.stderr).not.toMatch(/http:\/\/127/)
    expect(await readStored(world)).toBeDefined()
    const allowed = await world.run([...args, '--allow-http'])
    expect(allowed.stderr).toMatch(/warning: .*login\.example\.com is not encrypted/)
    expect(await readStored(world)).toBeUndefined()
  })

  test('forgets the session all the same when the server cannot be reached', async () => {
    await world.run(['-c', `rm -rf '${world.stateDir}/cache'`], { command: ['/bin/sh'] })
    await server.pause()
    const result = await world.run(['logout', '--end-session', '--browser', robotBrowser])
    await server.resume()
    expect(result).toMatchObject({ code: 5, stdout: '' })
    expect(result.stderr).toContain('the browser may still be logged in')
    expect(result.stderr).toContain('could not be revoked')
    await expectForgotten()
  })

  test('needs no client secret for the browser', async () => {
    await world.run(['profile', 'set', 'default', 'client_secret=env:MYS'])
    const result = await world.run(['logout', '--end-session', '--browser', robotBrowser])
    expect(result).toMatchObject({ code: 5, stdout: '' })
    expect(result.stderr).toContain('could not be revoked')
    await expect.poll(() => server.requestsTo('/session/end').length, { timeout: 5000 }).toBe(1)
    expect(await readStored(world)).toBeUndefined()
  })

  test('is exit 2 where the server has no such endpoint', async () => {
    server.alterMetadata(({ end_session_endpoint: _, ...metadata }) => metadata)
    // The metadata of the login is still in the cache.
    await world.run(['-c', `rm -rf '${world.stateDir}/cache'`], { command: ['/bin/sh'] })
    const result = await world.run(['logout', '--end-session', '--browser', robotBrowser])
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toContain('end_session_endpoint')
    expect(await readStored(world)).toBeDefined()
  })

  test('is refused at once where nobody can open a browser', async () => {
    const result = await world.run(['logout', '--end-session'], { env: { CI: '1' } })
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(world.openedUrls()).toEqual([])
  })
})
