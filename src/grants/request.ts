import * as oauth from 'oauth4webapi'
import { RefusedError } from '../errors/families.ts'
import { normaliseTokenAnswer } from '../protocol/lenient.ts'
import { mapProtocolError } from '../protocol/map-error.ts'
import { requestOptions, type ProtocolClient } from '../protocol/protocol-client.ts'
import { requireEndpoint } from '../protocol/server.ts'
import { readTokenAnswer, type TokenAnswer } from '../protocol/token-answer.ts'

export interface GrantAnswer extends TokenAnswer {
  /** What a token exchange gave (RFC 8693 section 2.2.1). */
  issuedTokenType: string | undefined
}

/** Asks the token endpoint for a token by a grant without a person (RFC 6749 sections 4.4 and 4.5). */
export async function requestGrant(
  client: ProtocolClient,
  grantType: string,
  parameters: URLSearchParams,
): Promise<GrantAnswer> {
  requireEndpoint(client.server, 'token_endpoint')
  const sentAt = client.clock.now()
  try {
    const answer = await oauth.genericTokenEndpointRequest(
      client.server.metadata,
      client.client,
      client.authentication.authenticate,
      grantType,
      parameters,
      requestOptions(client),
    )
    const response = await withoutIdToken(
      await normaliseTokenAnswer(answer, client.note),
      client.note,
    )
    const members = await oauth.processGenericTokenEndpointResponse(
      client.server.metadata,
      client.client,
      response,
      // What is no access token has no way of being presented (RFC 8693 section 2.2.1).
      { recognizedTokenTypes: { n_a: () => {} } },
    )
    const issued = members['issued_token_type']
    return {
      ...readTokenAnswer(members, sentAt),
      issuedTokenType: typeof issued === 'string' ? issued : undefined,
    }
  } catch (error) {
    throw withHint(mapProtocolError(error, 'the token'))
  }
}

/** What was granted is no login, so no login mends it (RFC 6749 section 5.2). */
function withHint(error: unknown): unknown {
  if (!(error instanceof RefusedError) || error.code !== 'invalid_grant') return error
  return new RefusedError(error.message, {
    code: error.code,
    hint: 'Present a fresh token that is meant for this server: --subject-token, --assertion or --identity',
    ...(error.oauth ? { oauth: error.oauth } : {}),
    cause: error,
  })
}

/** Nobody logged in, so an ID token says nothing, and there is no nonce to check it with. */
async function withoutIdToken(response: Response, note: (text: string) => void): Promise<Response> {
  if (response.status !== 200) return response
  const body = (await response
    .clone()
    .json()
    .catch(() => undefined)) as Record<string, unknown> | undefined
  if (body?.['id_token'] === undefined) return response
  note('an ID token that nobody asked for was dropped')
  delete body['id_token']
  return new Response(JSON.stringify(body), { status: 200, headers: response.headers })
}
