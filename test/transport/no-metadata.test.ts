import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startFakeServer, type FakeServer } from '../support/fake-server.ts'
import type { Answer, Received } from '../support/http-exchange.ts'
import type { Result } from '../support/program.ts'
import { expireIn, readStored } from '../support/stored-session.ts'
import { createWorld, type World } from '../support/world.ts'

// A server as some large sites run one: no metadata, no ID token, answers that leave the letter of
// RFC 6749.

let server: FakeServer
let world: World
let answer: Answer

const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }

beforeEach(async () => {
  world = createWorld()
  answer = { json: { access_token: 'gho_first', token_type: 'bearer', scope: 'repo,gist' } }
  server = await startFakeServer({
    'GET /authorize': ({ query }: Received) => {
      const back = new URL(query.get('redirect_uri') ?? '')
      back.searchParams.set('code', 'the-code-of-this-login')
      back.searchParams.set('state', query.get('state') ?? '')
      return { status: 302, headers: { location: back.href } }
    },
    'POST /token': () => answer,
  })
})

afterEach(async () => {
  await world.close()
  await server.stop()
})

function login(...args: string[]): Promise<Result> {
  return world.login([
    'site',
    '--authorization-endpoint',
    `${server.url}/authorize`,
    '--token-endpoint',
    `${server.url}/token`,
    '--client-id',
    'site-client',
    '--scope',
    'repo gist',
    ...args,
  ])
}

describe('a login by endpoints alone', () => {
  test('works without issuer, expiry and refresh token', async () => {
    const result = await login('--json')
    expect(result).toMatchObject({ code: 0 })
    expect(JSON.parse(result.stdout)).toMatchObject({
      profile: 'site',
      client_id: 'site-client',
      refreshable: false,
      store: 'file',
    })
    expect(JSON.parse(result.stdout)).not.toHaveProperty('expires_at')
    expect(await world.run(['token', 'site'])).toMatchObject({ code: 0, stdout: 'gho_first\n' })
    const asked = server.requests.filter(({ path }) => path === '/token')
    expect(asked).toHaveLength(1)
    expect(asked[0]?.headers['accept']).toContain('application/json')

    const refresh = await world.run(['refresh', 'site'])
    expect(refresh).toMatchObject({ code: 3, stdout: '' })
    const logout = await world.run(['logout', 'site'])
    expect(logout).toMatchObject({ code: 0 })
    expect(logout.stdout).toContain('revokes no tokens')
  })

  test('is refreshed, whatever ID token the server sends unasked', async () => {
    const claims = { iss: 'https://elsewhere.example.com', sub: 'x', aud: 'site-client' }
    const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const idToken = `${b64({ alg: 'RS256' })}.${b64(claims)}.c2ln`
    const granted = { token_type: 'bearer', id_token: idToken, refresh_token: 'next' }
    answer = { json: { ...granted, access_token: 'first' } }
    expect(await login()).toMatchObject({ code: 0 })
    answer = { json: { ...granted, access_token: 'second' } }
    expect(await world.run(['refresh', 'site'])).toMatchObject({ code: 0, stderr: '' })
    expect(await world.run(['token', 'site'])).toMatchObject({ code: 0, stdout: 'second\n' })
    expect(await readStored(world, 'site')).not.toHaveProperty('id_token')
  })

  test('is bound to its token endpoint', async () => {
    expect(await login()).toMatchObject({ code: 0 })
    const option = await world.run(['token', 'site', '--token-endpoint', `${server.url}/other`])
    expect(option).toMatchObject({ code: 2, stdout: '' })
    const config = world.readConfig() as { profiles: { site: object } }
    const site = { ...config.profiles.site, token_endpoint: `${server.url}/other` }
    world.writeConfig({ ...config, profiles: { site } })
    expect(await world.run(['token', 'site'])).toMatchObject({ code: 3, stdout: '' })
  })

  test('userinfo needs an endpoint, and says which option gives it', async () => {
    expect(await login()).toMatchObject({ code: 0 })
    const result = await world.run(['userinfo', 'site'])
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toContain('--userinfo-endpoint')
  })
})

describe('answers that leave the letter of the specification', () => {
  test.each([
    [
      'form-encoded',
      { headers: form, body: 'access_token=gho_form&scope=repo&token_type=bearer' },
      'gho_form',
      /form-encoded/,
    ],
    [
      'JSON under text/plain',
      {
        headers: { 'content-type': 'text/plain' },
        body: '{"access_token":"gho_text","token_type":"bearer"}',
      },
      'gho_text',
      /text\/plain/,
    ],
    [
      'JSON under text/html',
      { headers: { 'content-type': 'text/html' }, body: '{"access_token":"gho_html"}' },
      'gho_html',
      /text\/html/,
    ],
    [
      'with a byte order mark',
      { headers: { 'content-type': 'application/json' }, body: '\ufeff{"access_token":"gho_bom"}' },
      'gho_bom',
      /token_type/,
    ],
    [
      'without token_type',
      { json: { access_token: 'gho_typeless' } },
      'gho_typeless',
      /token_type/,
    ],
    [
      'with nulls',
      { json: { access_token: 'gho_null', refresh_token: null, expires_in: null, scope: null } },
      'gho_null',
      /empty/,
    ],
    [
      '201',
      { status: 201, json: { access_token: 'gho_201', token_type: 'bearer' } },
      'gho_201',
      /201/,
    ],
    [
      'a list of scopes',
      { json: { access_token: 'gho_list', scope: ['repo', 'gist'] } },
      'gho_list',
      /list/,
    ],
  ] as [string, Answer, string, RegExp][])('%s', async (_, given, token, mend) => {
    answer = given
    const result = await login('-v')
    expect(result).toMatchObject({ code: 0 })
    expect(
      result.stderr
        .split('\n')
        .filter((line) => line.startsWith('* '))
        .join('\n'),
    ).toMatch(mend)
    expect(result.stderr).not.toContain(token)
    expect(await world.run(['token', 'site'])).toMatchObject({ code: 0, stdout: `${token}\n` })
  })

  test('a mend is told with -v only', async () => {
    answer = { headers: form, body: 'access_token=gho_form' }
    const result = await login()
    expect(result).toMatchObject({ code: 0 })
    expect(result.stderr).not.toContain('form-encoded')
  })

  test.each([
    [
      '200 with error in JSON',
      { json: { error: 'bad_verification_code', error_description: 'The code is old.' } },
    ],
    [
      '200 with error in a form',
      { headers: form, body: 'error=bad_verification_code&error_description=The+code+is+old.' },
    ],
    [
      '400 with JSON under text/plain',
      {
        status: 400,
        headers: { 'content-type': 'text/plain' },
        body: '{"error":"bad_verification_code","error_description":"The code is old."}',
      },
    ],
    [
      '401 with a challenge and JSON',
      {
        status: 401,
        headers: { 'www-authenticate': 'Basic realm="x"' },
        json: { error: 'bad_verification_code', error_description: 'The code is old.' },
      },
    ],
  ] as [string, Answer][])('%s is the refusal that it means', async (_, given) => {
    answer = given
    const result = await login('--json')
    expect(result).toMatchObject({ code: 4, stdout: '' })
    const { error } = JSON.parse(result.stderr.trim().split('\n').at(-1) ?? '')
    expect(error).toMatchObject({
      code: 'bad_verification_code',
      oauth: { error: 'bad_verification_code', error_description: 'The code is old.' },
    })
    expect(await readStored(world, 'site')).toBeUndefined()
  })

  test.each([
    ['HTML', { headers: { 'content-type': 'text/html' }, body: '<html>login</html>' }],
    ['no token', { json: {} }],
    ['text', { headers: { 'content-type': 'text/plain' }, body: 'ok' }],
    ['a redirect', { status: 302, headers: { location: '/elsewhere' } }],
  ] as [string, Answer][])('%s is exit 5', async (_, given) => {
    answer = given
    expect(await login()).toMatchObject({ code: 5, stdout: '' })
  })

  test('a refresh token with a lifetime is used', async () => {
    answer = {
      headers: form,
      body: 'access_token=ghu_1&refresh_token=ghr_1&expires_in=28800&refresh_token_expires_in=15897600&token_type=bearer',
    }
    expect(await login()).toMatchObject({ code: 0 })
    await expireIn(world, -1, 'site')
    answer = {
      headers: form,
      body: 'access_token=ghu_2&refresh_token=ghr_2&expires_in=28800&token_type=bearer',
    }
    expect(await world.run(['token', 'site'])).toMatchObject({
      code: 0,
      stdout: 'ghu_2\n',
      stderr: '',
    })
    expect(server.requests.at(-1)?.params.get('refresh_token')).toBe('ghr_1')
    expect((await readStored(world, 'site'))?.refresh_token).toBe('ghr_2')

    // GitHub says this with status 200 where a refresh token is refused.
    answer = { json: { error: 'invalid_grant', error_description: 'gone' } }
    await expireIn(world, -1, 'site')
    expect(await world.run(['token', 'site'])).toMatchObject({ code: 3, stdout: '' })
  })
})
