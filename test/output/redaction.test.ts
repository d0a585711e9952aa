import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import type { Received } from '../support/http-exchange.ts'
import type { Result } from '../support/program.ts'
import { createWorld, type World } from '../support/world.ts'

let server: AuthorizationServer

beforeAll(async () => {
  server = await startAuthorizationServer({ alwaysRefreshToken: true })
})

afterAll(() => server.stop())

const secretMembers = ['access_token', 'refresh_token', 'id_token']
const secretParameters = [
  'code',
  'code_verifier',
  'client_secret',
  'refresh_token',
  'token',
  'id_token_hint',
  'client_assertion',
]

/** Every secret that the server has sent or was sent by oauthctl (not by the browser). */
function secretsIn(requests: readonly Received[]): string[] {
  const own = requests.filter(({ headers }) => headers['user-agent']?.startsWith('oauthctl/'))
  const found = own.flatMap((request) => {
    const sent = secretParameters.flatMap((name) => request.params.getAll(name))
    const [, credentials = ''] = (request.headers['authorization'] ?? '').split(' ')
    const [, password = ''] = Buffer.from(credentials, 'base64').toString('utf8').split(':')
    const answer = readJson(request.answered?.body)
    const received = secretMembers.flatMap((name) => answer[name] ?? [])
    return [...sent, credentials, password, decodeURIComponent(password), ...received]
  })
  return [...new Set(found.map(String))].filter((secret) => secret.length > 3)
}

function readJson(body: string | undefined): Record<string, unknown> {
  try {
    return JSON.parse(body ?? '') as Record<string, unknown>
  } catch {
    return {}
  }
}

/** Runs the life of a session and gives everything that was printed. */
async function liveThrough(world: World, flags: string[]): Promise<Result[]> {
  const env = { OAUTHCTL_CLIENT_SECRET: server.clients.basic.client_secret }
  const login = ['--issuer', server.issuer, '--client-id', server.clients.basic.client_id]
  return [
    await world.login([...login, ...flags], { env }),
    await world.run(['refresh', ...flags]),
    await world.run(['userinfo', ...flags]),
    await world.run(['status', ...flags]),
    await world.run(['profile', 'show', ...flags]),
    await world.run(['logout', ...flags]),
  ]
}

describe.each([[['-v']], [['-vv']], [['-vv', '--json']], [['--json']], [[]]])(
  'what is shown with %j',
  (flags) => {
    test('holds no secret of any exchange', async () => {
      server.reset()
      server.alter('/token', (original) => ({
        ...original,
        headers: { ...original.headers, 'set-cookie': 'sid=cookie-secret-value; HttpOnly' },
      }))
      const world = createWorld()
      const results = await liveThrough(world, flags)
      for (const result of results) expect(result).toMatchObject({ code: 0 })
      const secrets = [...secretsIn(server.requests), 'cookie-secret-value']
      // The code, its verifier, two secrets of the client and six tokens at least.
      expect(secrets.length).toBeGreaterThan(9)
      const shown = results.map(({ stdout, stderr }) => stdout + stderr).join('\n')
      for (const secret of secrets) {
        expect(shown.includes(secret), `shows ${secret}`).toBe(false)
        expect(shown.includes(encodeURIComponent(secret)), `shows ${secret}`).toBe(false)
      }
      await world.close()
    })
  },
)

describe('-v', () => {
  test('shows exchanges as curl does, -vv the bodies too', async () => {
    server.reset()
    const world = createWorld()
    const args = ['--issuer', server.issuer, '--client-id', 'oauthctl-demo']
    expect(await world.login(args)).toMatchObject({ code: 0 })
    const once = await world.run(['refresh', '-v'])
    expect(once.stderr).toMatch(/^> POST http:\/\/127\.0\.0\.1:\d+\/token$/m)
    expect(once.stderr).toMatch(/^> user-agent: oauthctl\//m)
    expect(once.stderr).toMatch(/^< 200 \(\d+ ms\)$/m)
    expect(once.stderr).toMatch(/^< content-type: application\/json/m)
    expect(once.stderr).not.toContain('grant_type')
    expect(once.stdout).toMatch(/^✓ Refreshed/)

    for (const flags of [['-vv'], ['-v', '-v'], ['--verbose', '--verbose']]) {
      const twice = await world.run([...flags.slice(0, 1), 'refresh', ...flags.slice(1)])
      expect(twice.stderr).toContain('grant_type=refresh_token')
      expect(twice.stderr).toContain('refresh_token=[redacted]')
      expect(twice.stderr).toContain('"access_token":"[redacted]"')
      expect(twice.stderr).toContain('"expires_in":3600')
    }

    const json = await world.run(['refresh', '-vv', '--json'])
    const lines = json.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const exchange = lines.find((line) => line.exchange?.url.endsWith('/token'))?.exchange
    expect(exchange).toMatchObject({ method: 'POST', status: 200 })
    expect(exchange.request_body).toContain('grant_type=refresh_token')
    expect(JSON.parse(json.stdout).refreshable).toBe(true)

    const variable = await world.run(['refresh'], { env: { OAUTHCTL_VERBOSE: '1' } })
    expect(variable.stderr).toContain('> POST')
    await world.close()
  })
})

describe('a server that repeats what it was sent', () => {
  test.each([[[]], [['-vv']], [['--json', '-vv']]])(
    'does not get code, state and nonce shown with %j',
    async (flags) => {
      server.reset()
      const world = createWorld()
      let secrets: string[] = []
      server.respond('/token', ({ params }) => {
        const asked = server.requestsTo('/auth').at(-1)?.query
        const of = (name: string): string => asked?.get(name) ?? ''
        secrets = [params.get('code') ?? '', of('state'), of('nonce')]
        const told = `saw ${secrets.join(' and ')}`
        return { status: 400, json: { error: 'invalid_request', error_description: told } }
      })
      const args = ['--issuer', server.issuer, '--client-id', 'oauthctl-demo', ...flags]
      const result = await world.login(args)
      expect(result).toMatchObject({ code: 4, stdout: '' })
      expect(secrets.filter((secret) => secret.length > 8)).toHaveLength(3)
      // The address of the login page is there to be opened, so state and nonce stand in it.
      const lines = result.stderr.split('\n').filter((line) => !line.includes('code_challenge='))
      expect(lines.join('\n')).toContain('saw [redacted] and [redacted] and [redacted]')
      for (const secret of secrets) expect(lines.join('\n')).not.toContain(secret)
      await world.close()
    },
  )

  test.each([[[]], [['-vv']], [['--json']], [['--json', '-vv']]])(
    'does not get the refresh token shown with %j',
    async (flags) => {
      server.reset()
      const world = createWorld()
      const args = ['--issuer', server.issuer, '--client-id', 'oauthctl-demo']
      expect(await world.login(args)).toMatchObject({ code: 0 })
      let sent = ''
      server.respond('/token', ({ params }) => {
        sent = params.get('refresh_token') ?? ''
        const error_description = `bad token ${sent}\u001b[2J\u202e`
        return {
          status: 400,
          headers: { 'x-echo': sent },
          json: {
            error: 'invalid_request',
            error_description,
            error_uri: `https://e.example/${sent}`,
          },
        }
      })
      const result = await world.run(['refresh', ...flags])
      expect(result).toMatchObject({ code: 4, stdout: '' })
      expect(sent).not.toBe('')
      expect(result.stderr).toContain('bad token')
      expect(result.stderr).not.toContain(sent)
      // oxlint-disable-next-line no-control-regex
      expect(result.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
      await world.close()
    },
  )
})
