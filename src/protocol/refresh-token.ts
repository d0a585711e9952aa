import * as oauth from 'oauth4webapi'
import { normaliseTokenAnswer } from './lenient.ts'
import { mapProtocolError } from './map-error.ts'
import { requestOptions, type ProtocolClient } from './protocol-client.ts'
import { requireEndpoint } from './server.ts'
import { readTokenAnswer, type TokenAnswer } from './token-answer.ts'

export interface RefreshWish {
  refreshToken: string
  /** Narrower than the grant (RFC 6749 section 6); undefined for all of it. */
  scope: string | undefined
  /** RFC 8707 section 2.2. */
  resource: string[] | undefined
  audience: string | undefined
}

/**
 * How a refresh ended. The refresh token counts as spent as soon as a readable 200 came, even when
 * the rest of the answer is unacceptable: its successor must be kept all the same.
 */
export type RefreshOutcome =
  | { kind: 'granted'; answer: TokenAnswer; claims: oauth.IDToken | undefined }
  /** A 200 whose token must not be used; `refreshToken` is the successor, if one came. */
  | { kind: 'unacceptable'; refreshToken: string | undefined; error: unknown }
  /** The server answered, and the token was not spent. */
  | { kind: 'refused'; error: unknown }
  /** Nobody knows whether the token was spent: 5xx, or an answer that cannot be read. */
  | { kind: 'unknown'; error: unknown }

/** Presents a refresh token once (RFC 6749 section 6). Throws only when no answer came at all. */
export async function refreshGrant(
  client: ProtocolClient,
  wish: RefreshWish,
): Promise<RefreshOutcome> {
  const { server } = client
  requireEndpoint(server, 'token_endpoint')
  const parameters = new URLSearchParams()
  if (wish.scope) parameters.set('scope', wish.scope)
  for (const resource of wish.resource ?? []) parameters.append('resource', resource)
  if (wish.audience) parameters.set('audience', wish.audience)
  const sentAt = client.clock.now()
  const answer = await oauth.refreshTokenGrantRequest(
    server.metadata,
    client.client,
    client.authentication.authenticate,
    wish.refreshToken,
    { ...requestOptions(client), additionalParameters: parameters },
  )
  const response = await normaliseTokenAnswer(answer, client.note)
  const successor = response.status === 200 ? await successorIn(response) : undefined
  try {
    const members = await oauth.processRefreshTokenResponse(
      server.metadata,
      client.client,
      response,
    )
    return {
      kind: 'granted',
      answer: readTokenAnswer(members, sentAt),
      claims: oauth.getValidatedIdTokenClaims(members),
    }
  } catch (cause) {
    const error = mapProtocolError(cause, 'the refresh')
    if (successor?.readable) {
      return { kind: 'unacceptable', refreshToken: successor.refreshToken, error }
    }
    const spentMaybe = response.status === 200 || isUnclear(response)
    return { kind: spentMaybe ? 'unknown' : 'refused', error }
  }
}

/** 5xx is unclear, but a 503 with `Retry-After` says that nothing was done (RFC 9110 section 10.2.3). */
function isUnclear(response: Response): boolean {
  if (response.status === 503 && response.headers.has('retry-after')) return false
  return response.status >= 500
}

async function successorIn(
  response: Response,
): Promise<{ readable: boolean; refreshToken: string | undefined }> {
  const body = (await response
    .clone()
    .json()
    .catch(() => undefined)) as Record<string, unknown> | undefined
  const found = body?.['refresh_token']
  return {
    readable: typeof body === 'object' && body !== null && 'access_token' in body,
    refreshToken: typeof found === 'string' && found !== '' ? found : undefined,
  }
}
