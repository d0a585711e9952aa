import { createHash, type JsonWebKey } from 'node:crypto'

// The members that make a public key, which are the ones that its thumbprint is made of, in the
// order of RFC 7638 section 3.2 (RFC 8037 section 2 for OKP).
const PUBLIC: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  RSA: ['e', 'kty', 'n'],
}

/** A key that signs, as a server wants to know it (RFC 7517 section 4). */
export interface SigningJwk extends JsonWebKey {
  kid: string
  alg: string
  use: 'sig'
}

/** The public half of a key of type EC, OKP or RSA, and nothing of the private one. */
function publicJwk(key: SigningJwk): SigningJwk {
  const members = (PUBLIC[key.kty ?? ''] ?? []).map((name) => [name, key[name]])
  return { ...Object.fromEntries(members), kid: key.kid, alg: key.alg, use: 'sig' }
}

/** The JWK set (RFC 7517 section 5) that the server gets. */
export function publicKeySet(key: SigningJwk): { keys: SigningJwk[] } {
  return { keys: [publicJwk(key)] }
}

/** The JWK SHA-256 thumbprint (RFC 7638); undefined for a key of a type that does not sign. */
export function thumbprint(key: JsonWebKey): string | undefined {
  const names = PUBLIC[key.kty ?? '']
  if (names === undefined || names.some((name) => typeof key[name] !== 'string')) return undefined
  const canonical = JSON.stringify(Object.fromEntries(names.map((name) => [name, key[name]])))
  return createHash('sha256').update(canonical).digest('base64url')
}
