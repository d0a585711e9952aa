import * as oauth from 'oauth4webapi'
import { ServerError } from '../errors/families.ts'
import { isOpenId } from './authorization-url.ts'
import { checkAuthorizedParty, verifyIdToken, type IdTokenDeps } from './id-token.ts'
import { normaliseTokenAnswer } from './lenient.ts'
import { mapProtocolError } from './map-error.ts'
import type { LoginSecrets } from './pkce.ts'
import { requestOptions, type ProtocolClient } from './protocol-client.ts'
import { requireEndpoint } from './server.ts'
import { readTokenAnswer, type TokenAnswer } from './token-answer.ts'
import { whyDropped, withoutIdToken } from './unasked-id-token.ts'

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
      { ...requestOptions(client, { once: true }), additionalParameters: more },
    )
    const response = await normaliseTokenAnswer(answer, client.note)
    const members = isOpenId(exchange.scope)
      ? await checkedMembers(client, exchange, response, {
          expectedNonce: exchange.secrets.nonce,
          requireIdToken: true,
          ...(exchange.maxAge === undefined ? {} : { maxAge: exchange.maxAge }),
        })
      : await membersWithUnaskedIdToken(client, exchange, response)
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

/** The members of a token response, with everything in it checked, the ID token's signature included. */
async function checkedMembers(
  { server, client }: ProtocolClient,
  { idTokens }: CodeExchange,
  response: Response,
  expected: oauth.ProcessAuthorizationCodeResponseOptions,
): Promise<oauth.TokenEndpointResponse> {
  const members = await oauth.processAuthorizationCodeResponse(
    server.metadata,
    client,
    response,
    expected,
  )
  if (members.id_token) {
    checkAuthorizedParty(oauth.getValidatedIdTokenClaims(members), client.client_id)
    await verifyIdToken(idTokens, server, members.id_token)
  }
  return members
}

/**
 * Without `openid` in the scope, nobody asked for the ID token that some servers send all the same;
 * one that cannot be verified is dropped, not believed, and the login goes on.
 */
async function membersWithUnaskedIdToken(
  client: ProtocolClient,
  exchange: CodeExchange,
  response: Response,
): Promise<oauth.TokenEndpointResponse> {
  const bare = await withoutIdToken(response)
  if (!bare) return checkedMembers(client, exchange, response, {})
  const members = await checkedMembers(client, exchange, bare, {})
  const because =
    client.server.issuer === undefined
      ? 'its issuer is not known'
      : await checkedMembers(client, exchange, response, {}).catch(whyDropped)
  if (typeof because !== 'string') return because
  exchange.warn(`the ID token that the server sent unasked was dropped: ${because}`)
  return members
}
