import * as oauth from 'oauth4webapi'
import { ServerError } from '../errors/families.ts'
import { isOpenId } from './authorization-url.ts'
import { verifyIdToken, type IdTokenDeps } from './id-token.ts'
import { normaliseTokenAnswer } from './lenient.ts'
import { mapProtocolError } from './map-error.ts'
import type { LoginSecrets } from './pkce.ts'
import { requestOptions, type ProtocolClient } from './protocol-client.ts'
import { requireEndpoint } from './server.ts'
import { readTokenAnswer, type TokenAnswer } from './token-answer.ts'

export interface CodeExchange {
  /** The parameters of the redirect, whose `state` was compared already and is compared again. */
  parameters: URLSearchParams
  redirectUri: string
  secrets: LoginSecrets
  /** The requested scope: with `openid` in it, an ID token is demanded. */
  scope: string | undefined
  resource: string[] | undefined
  audience: string | undefined
  maxAge: number | undefined
  idTokens: IdTokenDeps
  warn: (text: string) => void
}

export interface CodeGrant extends TokenAnswer {
  /** The claims of the ID token, whose signature was verified; undefined without one. */
  claims: oauth.IDToken | undefined
}

/**
 * Checks an authorization response (RFC 6749 section 4.1.2, RFC 9207 section 2.4) and exchanges its
 * code (RFC 6749 section 4.1.3, RFC 7636 section 4.5). The code is used once, whatever happens.
 */
export async function exchangeCode(
  client: ProtocolClient,
  exchange: CodeExchange,
): Promise<CodeGrant> {
  const { server } = client
  requireEndpoint(server, 'token_endpoint')
  try {
    const parameters = checkedParameters(client, exchange)
    const sentAt = client.clock.now()
    const more = new URLSearchParams()
    for (const resource of exchange.resource ?? []) more.append('resource', resource)
    if (exchange.audience) more.set('audience', exchange.audience)
    const answer = await oauth.authorizationCodeGrantRequest(
      server.metadata,
      client.client,
      client.authentication.authenticate,
      parameters,
      exchange.redirectUri,
      exchange.secrets.verifier,
      { ...requestOptions(client), additionalParameters: more },
    )
    let response = await normaliseTokenAnswer(answer, client.note)
    const openId = isOpenId(exchange.scope)
    if (!openId) response = await withoutUnverifiableIdToken(client, response, exchange.warn)
    const members = await oauth.processAuthorizationCodeResponse(
      server.metadata,
      client.client,
      response,
      openId
        ? {
            expectedNonce: exchange.secrets.nonce,
            requireIdToken: true,
            ...(exchange.maxAge === undefined ? {} : { maxAge: exchange.maxAge }),
          }
        : {},
    )
    if (members.id_token) await verifyIdToken(exchange.idTokens, server, members.id_token)
    return {
      ...readTokenAnswer(members, sentAt),
      claims: oauth.getValidatedIdTokenClaims(members),
    }
  } catch (error) {
    throw mapProtocolError(error, 'the login')
  }
}

function checkedParameters(client: ProtocolClient, exchange: CodeExchange): URLSearchParams {
  const { server } = client
  const parameters = new URLSearchParams(exchange.parameters)
  if (server.issuer === undefined && parameters.has('iss')) {
    client.note('the redirect names an "iss", but the profile names no issuer to compare it with')
    parameters.delete('iss')
  }
  const iss = parameters.get('iss')
  if (iss !== null && iss !== server.issuer) {
    throw new ServerError(`the answer comes from another issuer: ${iss}`, {
      code: 'issuer_mismatch',
      hint: 'Nothing was stored. Log in again; if it happens again, somebody mixes up two servers (RFC 9207)',
    })
  }
  return oauth.validateAuthResponse(
    server.metadata,
    client.client,
    parameters,
    exchange.secrets.state,
  )
}

/**
 * Without `openid` in the scope, nobody asked for the ID token that some servers send all the same;
 * one that cannot be verified (no issuer, no key set) is dropped, not believed.
 */
async function withoutUnverifiableIdToken(
  client: ProtocolClient,
  response: Response,
  warn: (text: string) => void,
): Promise<Response> {
  if (response.status !== 200) return response
  const { server } = client
  if (server.issuer !== undefined && server.metadata.jwks_uri !== undefined) return response
  const body = (await response
    .clone()
    .json()
    .catch(() => null)) as Record<string, unknown> | null
  if (!body || body['id_token'] === undefined) return response
  warn(
    'the server sent an ID token that cannot be verified without its issuer and key set; it was dropped',
  )
  delete body['id_token']
  return new Response(JSON.stringify(body), { status: 200, headers: response.headers })
}
