import * as oauth from 'oauth4webapi'
import { normaliseTokenAnswer } from './lenient.ts'
import { mapProtocolError } from './map-error.ts'
import { requestOptions, type ProtocolClient } from './protocol-client.ts'
import { requireEndpoint } from './server.ts'
import { readTokenAnswer, type TokenAnswer } from './token-answer.ts'
import { whyDropped, withoutIdToken } from './unasked-id-token.ts'

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

/** The answer to a refresh, whatever it says. */
export interface RefreshAnswer {
  response: Response
  /** Epoch ms. */
  sentAt: number
}

/**
 * Presents a refresh token once (RFC 6749 section 6). Throws when no answer came at all. When it
 * resolves, the server may have replaced the token: nothing may come between that and storing what
 * `readRefreshAnswer` makes of it.
 */
export async function presentRefreshToken(
  client: ProtocolClient,
  wish: RefreshWish,
): Promise<RefreshAnswer> {
  const { server } = client
  requireEndpoint(server, 'token_endpoint')
  const parameters = new URLSearchParams()
  if (wish.scope) parameters.set('scope', wish.scope)
  for (const resource of wish.resource ?? []) parameters.append('resource', resource)
  if (wish.audience) parameters.set('audience', wish.audience)
  const sentAt = client.clock.now()
  const response = await oauth.refreshTokenGrantRequest(
    server.metadata,
    client.client,
    client.authentication.authenticate,
    wish.refreshToken,
    { ...requestOptions(client), additionalParameters: parameters },
  )
  return { response, sentAt }
}

/**
 * What the answer means. With `idTokenAsked` false, an ID token whose claims are wrong is dropped, as
 * the login did; the signature is checked by the caller. Never throws.
 */
export async function readRefreshAnswer(
  client: ProtocolClient,
  { response: answer, sentAt }: RefreshAnswer,
  { idTokenAsked }: { idTokenAsked: boolean },
): Promise<RefreshOutcome> {
  const response = await normaliseTokenAnswer(answer, client.note)
  const successor = response.status === 200 ? await successorIn(response) : undefined
  try {
    const members = idTokenAsked
      ? await checkedMembers(client, response)
      : await membersWithUnaskedIdToken(client, response)
    return {
      kind: 'granted',
      answer: readTokenAnswer(members, sentAt),
      claims: oauth.getValidatedIdTokenClaims(members),
    }
  } catch (cause) {
    if (successor?.readable) {
      const outcome = 'The new access token was not taken over; the stored session stays usable'
      const error = mapProtocolError(cause, 'the refresh', outcome)
      return { kind: 'unacceptable', refreshToken: successor.refreshToken, error }
    }
    const error = mapProtocolError(cause, 'the refresh')
    const spentMaybe = response.status === 200 || isUnclear(response)
    return { kind: spentMaybe ? 'unknown' : 'refused', error }
  }
}

function checkedMembers(
  { server, client }: ProtocolClient,
  response: Response,
): Promise<oauth.TokenEndpointResponse> {
  return oauth.processRefreshTokenResponse(server.metadata, client, response)
}

async function membersWithUnaskedIdToken(
  client: ProtocolClient,
  response: Response,
): Promise<oauth.TokenEndpointResponse> {
  const bare = await withoutIdToken(response)
  if (!bare) return checkedMembers(client, response)
  const members = await checkedMembers(client, bare)
  const because =
    client.server.issuer === undefined
      ? 'its issuer is not known'
      : await checkedMembers(client, response).catch(whyDropped)
  if (typeof because !== 'string') return because
  client.note(`the ID token that the server sent unasked was dropped: ${because}`)
  return members
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
  const refreshToken = typeof found === 'string' && found !== '' ? found : undefined
  const hasToken = typeof body === 'object' && body !== null && 'access_token' in body
  return { readable: hasToken || refreshToken !== undefined, refreshToken }
}
