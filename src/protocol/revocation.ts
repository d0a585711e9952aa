import * as oauth from 'oauth4webapi'
import { mapProtocolError } from './map-error.ts'
import { requestOptions, type ProtocolClient } from './protocol-client.ts'
import { requireEndpoint } from './server.ts'

export type Revoked =
  { kind: 'revoked' } | { kind: 'unsupported' } | { kind: 'failed'; error: unknown }

/** Revokes one token (RFC 7009). A failure is an answer, because the session ends all the same. */
export async function revokeToken(
  client: ProtocolClient,
  token: string,
  hint: 'refresh_token' | 'access_token',
): Promise<Revoked> {
  if (!client.server.metadata.revocation_endpoint) return { kind: 'unsupported' }
  try {
    requireEndpoint(client.server, 'revocation_endpoint')
    const response = await oauth.revocationRequest(
      client.server.metadata,
      client.client,
      client.authentication.authenticate,
      token,
      {
        ...requestOptions(client),
        additionalParameters: new URLSearchParams({ token_type_hint: hint }),
      },
    )
    // RFC 7009 section 2.2 asks for 200; some servers answer the equally clear 204.
    if (response.status !== 204) await oauth.processRevocationResponse(response)
    return { kind: 'revoked' }
  } catch (cause) {
    if (client.signal.aborted) throw client.signal.reason
    return { kind: 'failed', error: mapProtocolError(cause, 'the revocation') }
  }
}
