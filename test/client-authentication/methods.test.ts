import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { robot, runInContainer, SECRET } from '../grants/machines.ts'
import { toldError } from '../login/logins.ts'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import type { Env, Result } from '../support/program.ts'

let server: AuthorizationServer

beforeAll(async () => {
  server = await startAuthorizationServer({
    clients: [
      robot('basic', 'client_secret_basic'),
      robot('post', 'client_secret_post'),
      robot('jwt', 'client_secret_jwt'),
    ],
  })
})
afterAll(() => server.stop())
beforeEach(() => server.reset())

function token(clientId: string, args: string[] = [], env: Env = {}): Promise<Result> {
  return runInContainer(['token', '--client-credentials', ...args], {
    OAUTHCTL_ISSUER: server.issuer,
    OAUTHCTL_CLIENT_ID: clientId,
    OAUTHCTL_CLIENT_SECRET: SECRET,
    ...env,
  })
}

function offer(...methods: string[]): void {
  server.alterMetadata((json) => ({ ...json, token_endpoint_auth_methods_supported: methods }))
}

describe('the method', () => {
  it.each([
    ['basic', 'client_secret_basic'],
    ['post', 'client_secret_post'],
    ['jwt', 'client_secret_jwt'],
  ])('of client %s is taken from the metadata, and can be forced', async (id, method) => {
    const forced = await token(id, ['--token-endpoint-auth-method', method])
    expect(forced).toMatchObject({ code: 0, stderr: '' })
    offer('private_key_jwt', method)
    const chosen = await token(id, ['-v'])
    expect(chosen).toMatchObject({ code: 0 })
    expect(chosen.stderr).toContain(`the client authenticates with ${method}`)
    const [first, second] = server.requestsTo('/token')
    for (const request of [first, second]) {
      expect(request?.params.has('client_assertion')).toBe(method === 'client_secret_jwt')
      expect(request?.params.has('client_secret')).toBe(method === 'client_secret_post')
      expect(request?.headers['authorization'] !== undefined).toBe(method === 'client_secret_basic')
    }
  })

  it('is told by the variable and the profile key, too', async () => {
    const result = await token('post', [], {
      OAUTHCTL_TOKEN_ENDPOINT_AUTH_METHOD: 'client_secret_post',
    })
    expect(result).toMatchObject({ code: 0, stderr: '' })
  })

  it('none sends the client id alone', async () => {
    const env = { OAUTHCTL_CLIENT_SECRET: undefined }
    const args = ['--token-endpoint-auth-method', 'none', '--json']
    const result = await token('basic', args, env)
    expect(result).toMatchObject({ code: 4, stdout: '' })
    expect(toldError(result).code).toBe('invalid_client')
    const [request] = server.requestsTo('/token')
    expect(request?.params.get('client_id')).toBe('basic')
    expect(request?.params.has('client_secret')).toBe(false)
  })

  it('that the server does not offer: 2, with what it offers', async () => {
    offer('private_key_jwt', 'tls_client_auth')
    const result = await token('basic', ['--json'])
    expect(result).toMatchObject({ code: 2, stdout: '' })
    const { code, hint } = toldError(result)
    expect(code).toBe('auth_method_unsupported')
    expect(hint).toContain('private_key_jwt, tls_client_auth')
    expect(hint).toContain('--token-endpoint-auth-method client_secret_basic')
    expect(server.requestsTo('/token')).toEqual([])
  })

  it('that is unknown: 2, with what there is', async () => {
    const result = await token('basic', ['--token-endpoint-auth-method', 'magic', '--json'])
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(toldError(result).hint).toMatch(
      /private_key_jwt.*the server offers: .*client_secret_post/,
    )
  })

  it.each([
    ['private_key_jwt', '--client-key'],
    ['tls_client_auth', '--cert'],
    ['none', 'no client credentials'],
  ])('%s that does not fit what is given: 2, with what it needs', async (method, needs) => {
    const result = await token('basic', ['--token-endpoint-auth-method', method, '--json'])
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(toldError(result).hint).toContain(needs)
    expect(server.requestsTo('/token')).toEqual([])
  })
})
