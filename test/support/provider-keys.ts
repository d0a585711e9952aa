import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose'

export type SigningAlgorithm = 'RS256' | 'PS256' | 'ES256'

export interface SigningKey {
  kid: string
  privateKey: CryptoKey
  publicKey: CryptoKey
  privateJwk: JWK
  publicJwk: JWK
}

/** A fresh key pair, of the type that the algorithm needs. */
export async function createSigningKey(kid: string, alg: SigningAlgorithm): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const use = { kid, use: 'sig' }
  return {
    kid,
    privateKey,
    publicKey,
    privateJwk: { ...(await exportJWK(privateKey)), ...use },
    publicJwk: { ...(await exportJWK(publicKey)), ...use },
  }
}

export interface ProviderKeys {
  /** Signs RS256 (the default of every client) and PS256. */
  rsa: SigningKey
  ec: SigningKey
}

let shared: Promise<ProviderKeys> | undefined

/** The keys of every authorization server in this process: made once, because RSA keys take long. */
export function providerKeys(): Promise<ProviderKeys> {
  shared ??= Promise.all([
    createSigningKey('rsa-1', 'RS256'),
    createSigningKey('ec-1', 'ES256'),
  ]).then(([rsa, ec]) => ({ rsa, ec }))
  return shared
}

/** A JWT with exactly these claims and this header, for tokens that a correct server never issues. */
export async function signJwt(
  claims: Record<string, unknown>,
  key: SigningKey,
  header: { alg: SigningAlgorithm; typ?: string; kid?: string },
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ kid: key.kid, ...header }).sign(
    // An RSA key made for RS256 is bound to it in Web Crypto; the JWK form serves PS256 as well.
    header.alg === 'PS256' ? { ...key.privateJwk, alg: 'PS256' } : key.privateKey,
  )
}
