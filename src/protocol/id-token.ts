import { ServerError } from '../errors/families.ts'
import type { CachedGetDeps } from './cached-get.ts'
import { fetchKeySet } from './jwks.ts'
import type { Server } from './server.ts'

export interface IdTokenDeps extends CachedGetDeps {
  /** For ID tokens that are signed with the client secret (HS256 and its kin). */
  clientSecret: string | undefined
}

/**
 * Verifies the signature of an ID token whose claims were checked already (OpenID Connect Core
 * section 3.1.3.7, steps 6 to 8). The algorithm is one that the server's metadata or the check of
 * the claims admits; keys come from the server's key set alone, never from the token's header. Throws
 * a `ServerError` `id_token_invalid`.
 */
export async function verifyIdToken(
  deps: IdTokenDeps,
  server: Server,
  idToken: string,
): Promise<void> {
  const jose = await import('jose')
  const header = jose.decodeProtectedHeader(idToken)
  const alg = header.alg ?? 'none'
  const allowed = server.metadata.id_token_signing_alg_values_supported ?? ['RS256']
  if (alg === 'none' || !allowed.includes(alg)) {
    throw invalid(`its algorithm is ${alg}, which the server does not announce`)
  }
  if (alg.startsWith('HS')) {
    if (!deps.clientSecret) throw invalid(`${alg} needs a client secret`)
    const secret = new TextEncoder().encode(deps.clientSecret)
    await check(async () => jose.compactVerify(idToken, secret, { algorithms: [alg] }))
    return
  }
  const uri = server.metadata.jwks_uri
  if (!uri) throw invalid('the server names no key set (jwks_uri)')
  // A key set from the cache is asked for once more, because the server may have rotated its keys.
  for (const revalidate of [false, true]) {
    const keys = jose.createLocalJWKSet(await fetchKeySet(deps, uri, revalidate))
    try {
      await jose.compactVerify(idToken, keys, { algorithms: [alg] })
      return
    } catch (error) {
      if (error instanceof jose.errors.JWKSMultipleMatchingKeys) {
        if (await verifiesWithOneOf(error, idToken, alg)) return
      }
      if (!revalidate) continue
      const unknownKey = error instanceof jose.errors.JWKSNoMatchingKey
      throw invalid(
        unknownKey ? "its key is not in the server's key set" : 'its signature is wrong',
      )
    }
  }
}

/**
 * An `azp` names the client that the ID token was issued to, and that is we (OpenID Connect Core
 * section 3.1.3.7, step 5). Throws a `ServerError` `id_token_invalid`.
 */
export function checkAuthorizedParty(
  claims: { azp?: unknown } | undefined,
  clientId: string,
): void {
  if (claims?.azp === undefined || claims.azp === clientId) return
  throw invalid('it was issued to another client')
}

async function verifiesWithOneOf(
  candidates: AsyncIterable<CryptoKey>,
  idToken: string,
  alg: string,
): Promise<boolean> {
  const jose = await import('jose')
  for await (const key of candidates) {
    const good = await jose.compactVerify(idToken, key, { algorithms: [alg] }).then(
      () => true,
      () => false,
    )
    if (good) return true
  }
  return false
}

async function check(verify: () => Promise<unknown>): Promise<void> {
  try {
    await verify()
  } catch {
    throw invalid('its signature is wrong')
  }
}

function invalid(why: string): ServerError {
  return new ServerError(`the ID token cannot be verified: ${why}`, {
    code: 'id_token_invalid',
    hint: 'Tell the operator of the server, or log in without the scope openid',
  })
}
