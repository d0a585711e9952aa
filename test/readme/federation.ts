import { jwtVerify } from 'jose'
import { onTestFinished } from 'vitest'
import { startFakeServer, type FakeServer } from '../support/fake-server.ts'
import { createSigningKey, signJwt, type SigningKey } from '../support/provider-keys.ts'

let key: Promise<SigningKey> | undefined

/** An identity token as a platform signs it for a job. */
export async function signIdentity(claims: { iss: string; sub: string; aud: string }) {
  key ??= createSigningKey('platform-1', 'RS256')
  const now = Math.floor(Date.now() / 1000)
  const times = { iat: now, nbf: now, exp: now + 300 }
  return signJwt({ ...claims, ...times, jti: 'job-1' }, await key, { alg: 'RS256' })
}

export interface Federation {
  issuer: string
  /** The API's address and resource indicator. */
  api: string
  server: FakeServer
  /** The access token that a trusted job gets. */
  token: string
  /** The assertions that were accepted. */
  accepted: string[]
}

/**
 * An authorization server whose only client trusts one subject of one platform (RFC 7523 section 3),
 * and an API for its tokens.
 */
export async function startFederation(trusted: { iss: string; sub: string }): Promise<Federation> {
  const token = `federated-token-${'0123456789'.repeat(3)}`
  const accepted: string[] = []
  const server = await startFakeServer()
  const apiServer = await startFakeServer({
    'GET /api/hello': ({ headers }) =>
      headers['authorization'] === `Bearer ${token}`
        ? { json: { message: 'Hello, robot' } }
        : { status: 401, json: { error: 'invalid_token' } },
  })
  onTestFinished(async () => {
    await server.stop()
    await apiServer.stop()
  })
  const issuer = server.url
  const api = `${apiServer.url}/api`
  server.on('GET /.well-known/openid-configuration', {
    json: {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
    },
  })
  server.on('POST /token', async ({ params }) => {
    const assertion = params.get('client_assertion') ?? ''
    const expected = {
      grant_type: 'client_credentials',
      client_id: 'robot',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
      scope: 'api:read',
      resource: api,
    }
    const isExpected =
      JSON.stringify([...params].toSorted()) === JSON.stringify(Object.entries(expected).toSorted())
    try {
      if (!isExpected) throw new Error(`an unexpected request: ${params.toString()}`)
      const verifier = (await key)?.publicKey
      if (verifier === undefined) throw new Error('no platform has signed anything')
      const wanted = { issuer: trusted.iss, subject: trusted.sub, audience: issuer }
      await jwtVerify(assertion, verifier, { ...wanted, algorithms: ['RS256'] })
    } catch (error) {
      return { status: 401, json: { error: 'invalid_client', error_description: String(error) } }
    }
    accepted.push(assertion)
    return { json: { access_token: token, token_type: 'Bearer', expires_in: 600 } }
  })
  return { issuer, api, server, token, accepted }
}

/** The endpoint that a GitHub runner gives jobs with `id-token: write`, and the variables that name it. */
export async function startGithubRunner(subject: { iss: string; sub: string }) {
  const bearer = 'runner-bearer-0123456789'
  const runner = await startFakeServer({
    'GET /idtoken': async ({ headers, query }) => {
      const isAsked =
        headers['authorization'] === `Bearer ${bearer}` && query.get('api-version') === '2.0'
      if (!isAsked) return { status: 401, json: { message: 'who is there?' } }
      const value = await signIdentity({ ...subject, aud: query.get('audience') ?? '' })
      return { json: { count: 1, value } }
    },
  })
  onTestFinished(() => runner.stop())
  return {
    env: {
      GITHUB_ACTIONS: 'true',
      ACTIONS_ID_TOKEN_REQUEST_URL: `${runner.url}/idtoken?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
    },
  }
}
