import type { ClientAuth } from 'oauth4webapi'
import type { ClientKey } from '../keys/load-private-key.ts'
import { signingAlgorithm } from '../keys/signing-algorithm.ts'
import type { Server } from './server.ts'

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const LIFETIME_SECONDS = 60

/** Authenticates with a JWT that somebody else made (RFC 7523 section 2.2). */
export function readyAssertion(assertion: string): ClientAuth {
  return (_server, client, body) => {
    body.set('client_id', client.client_id)
    body.set('client_assertion', assertion)
    body.set('client_assertion_type', TYPE)
  }
}

export interface AssertionInputs {
  server: Server
  key: ClientKey
  /** Epoch ms. */
  now: () => number
  randomId: () => string
  learn: (secret: string) => void
}

/**
 * `private_key_jwt` (OpenID Connect Core section 9, RFC 7523 section 3): a fresh assertion for each
 * request, for the issuer alone as its audience. Throws a `UsageError` when key and server do not fit.
 */
export function signedAssertion(inputs: AssertionInputs): ClientAuth {
  const { server, key } = inputs
  const alg = signingAlgorithm(
    key,
    server.metadata.token_endpoint_auth_signing_alg_values_supported,
  )
  return async (as, client, body, headers) => {
    const { SignJWT } = await import('jose')
    const now = Math.floor(inputs.now() / 1000)
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg, typ: 'JWT', ...(key.kid === undefined ? {} : { kid: key.kid }) })
      .setIssuer(client.client_id)
      .setSubject(client.client_id)
      .setAudience(as.issuer)
      .setJti(inputs.randomId())
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(now + LIFETIME_SECONDS)
      .sign(key.key)
    inputs.learn(assertion)
    await readyAssertion(assertion)(as, client, body, headers)
  }
}
