import { generateKeyPair, type KeyObject } from 'node:crypto'
import { UsageError } from '../errors/families.ts'
import { type SigningJwk, thumbprint } from './public-key-set.ts'

type Pair = (error: Error | null, publicKey: KeyObject, privateKey: KeyObject) => void

// NIST SP 800-57 part 1: good beyond 2030.
const RSA_BITS = 3072

// A new algorithm is one line here (RFC 7518 section 3.1, RFC 8037 section 3.1).
const ALGORITHMS: Readonly<Record<string, (done: Pair) => void>> = {
  ES256: (done) => generateKeyPair('ec', { namedCurve: 'P-256' }, done),
  ES384: (done) => generateKeyPair('ec', { namedCurve: 'P-384' }, done),
  ES512: (done) => generateKeyPair('ec', { namedCurve: 'P-521' }, done),
  RS256: (done) => generateKeyPair('rsa', { modulusLength: RSA_BITS }, done),
  PS256: (done) => generateKeyPair('rsa', { modulusLength: RSA_BITS }, done),
  EdDSA: (done) => generateKeyPair('ed25519', {}, done),
}

/** The algorithms that a key can be generated for; the first is the default. */
export const KEY_ALGORITHMS: readonly string[] = Object.keys(ALGORITHMS)

/**
 * A new private key for this JWS algorithm as a JWK, its thumbprint as `kid`. Throws a `UsageError`
 * `algorithm_unknown`.
 */
export async function generateKey(alg: string): Promise<SigningJwk> {
  const generate = Object.hasOwn(ALGORITHMS, alg) ? ALGORITHMS[alg] : undefined
  if (generate === undefined) {
    throw new UsageError(`no key can be made for the algorithm "${alg}"`, {
      code: 'algorithm_unknown',
      hint: `Use one of: ${KEY_ALGORITHMS.map((one) => `--alg ${one}`).join(', ')}`,
    })
  }
  const privateKey = await new Promise<KeyObject>((resolve, reject) => {
    generate((error, _, key) => (error ? reject(error) : resolve(key)))
  })
  const jwk = privateKey.export({ format: 'jwk' })
  return { ...jwk, kid: thumbprint(jwk) ?? '', alg, use: 'sig' }
}
