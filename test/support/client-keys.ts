import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'

export interface ClientKeyPair {
  privateKey: KeyObject
  /** The public JWK with its `kid` and `use`, for the registration at the server. */
  publicJwk: Record<string, unknown>
  /** The private JWK with the same `kid`. */
  privateJwk: Record<string, unknown>
}

export type KeyType = 'rsa' | 'rsa-1024' | 'P-256' | 'P-384' | 'secp256k1' | 'ed25519'

function generate(type: KeyType): KeyObject {
  switch (type) {
    case 'rsa':
      return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    case 'rsa-1024':
      return generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
    case 'ed25519':
      return generateKeyPairSync('ed25519').privateKey
    default:
      return generateKeyPairSync('ec', { namedCurve: type }).privateKey
  }
}

/** A fresh key of a client, of the type that its algorithm needs. */
export function clientKeyPair(type: KeyType, kid: string): ClientKeyPair {
  const privateKey = generate(type)
  const more = { kid, use: 'sig' }
  return {
    privateKey,
    publicJwk: { ...createPublicKey(privateKey).export({ format: 'jwk' }), ...more },
    privateJwk: { ...privateKey.export({ format: 'jwk' }), ...more },
  }
}
