import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import {
  describeRequest,
  readBody,
  sendReply,
  type Answer,
  type Received,
} from './http-exchange.ts'
import { close, listen } from './listen.ts'
import { apiClient } from './provider-clients.ts'

export interface ProtectedApiOptions {
  issuer: string
  /** Fixed port; any free one when left out. */
  port?: number
}

export interface ProtectedApi {
  /** `http://127.0.0.1:PORT/api`, which is also the resource indicator of the API (RFC 8707). */
  url: string
  requests: Received[]
  stop(): Promise<void>
}

interface Access {
  sub: string
  scopes: Set<string>
}

function challenge(status: number, parameters: Record<string, string>): Answer {
  const list = Object.entries({ realm: 'demo', ...parameters }).map(([k, v]) => `${k}="${v}"`)
  return {
    status,
    headers: { 'www-authenticate': `Bearer ${list.join(', ')}` },
    json: { error: parameters['error'] ?? 'unauthorized' },
  }
}

/** Judges a token: a JWT by the issuer's keys (RFC 9068), any other by introspection (RFC 7662). */
function createJudge(issuer: string, resource: () => string) {
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`))
  const credentials = Buffer.from(`${apiClient.client_id}:${apiClient.client_secret}`)

  async function byKeys(token: string): Promise<Access | undefined> {
    try {
      const expected = { issuer, audience: resource(), typ: 'at+jwt' }
      const { payload } = await jwtVerify(token, keys, expected)
      const scope = typeof payload['scope'] === 'string' ? payload['scope'] : ''
      return { sub: payload.sub ?? '', scopes: new Set(scope.split(' ')) }
    } catch {
      return undefined
    }
  }

  async function byIntrospection(token: string): Promise<Access | undefined> {
    const answer = await fetch(`${issuer}/token/introspection`, {
      method: 'POST',
      headers: { authorization: `Basic ${credentials.toString('base64')}` },
      body: new URLSearchParams({ token }),
    })
    const found = (await answer.json()) as { active?: boolean; sub?: string; scope?: string }
    if (found.active !== true) return undefined
    return { sub: found.sub ?? '', scopes: new Set((found.scope ?? '').split(' ')) }
  }

  return (token: string) => (token.split('.').length === 3 ? byKeys(token) : byIntrospection(token))
}

function answerFor(received: Received, access: Access): Answer {
  const wanted = received.method === 'GET' ? 'api:read' : 'api:write'
  if (!access.scopes.has(wanted))
    return challenge(403, { error: 'insufficient_scope', scope: wanted })
  if (received.path === '/api/step-up')
    return challenge(401, { error: 'insufficient_user_authentication', acr_values: 'urn:demo:mfa' })
  if (received.path === '/api/redirect')
    return { status: 302, headers: { location: received.query.get('to') ?? '/api/hello' } }
  if (received.path === '/api/hello')
    return { json: { message: `Hello, ${access.sub}`, scope: [...access.scopes].join(' ') } }
  if (received.path === '/api/echo')
    return { json: { method: received.method, body: received.body } }
  return { status: 404, json: { error: 'not_found' } }
}

/**
 * A small API that wants an access token of the issuer: `GET` needs the scope `api:read`, anything
 * else `api:write`. `/api/hello`, `/api/echo`, `/api/redirect?to=URL`, `/api/step-up` (RFC 9470).
 */
export async function startProtectedApi(options: ProtectedApiOptions): Promise<ProtectedApi> {
  const requests: Received[] = []
  let url = ''
  const judge = createJudge(options.issuer, () => url)

  async function decide(received: Received): Promise<Answer> {
    const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(received.headers['authorization'] ?? '')?.[1]
    if (token === undefined) return challenge(401, {})
    const access = await judge(token)
    if (access === undefined) return challenge(401, { error: 'invalid_token' })
    return answerFor(received, access)
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = describeRequest(request, await readBody(request))
    requests.push(received)
    await sendReply(response, await decide(received), received)
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy())
  })
  const port = await listen(server, options.port)
  url = `http://127.0.0.1:${port}/api`
  return { url, requests, stop: () => close(server) }
}
