import type { KeyObject } from 'node:crypto'
import { UsageError } from '../errors/families.ts'

/** A private key that proves who the client is. */
export interface ClientKey {
  key: KeyObject
  /** `kid` of the JWK, or what the user gave. */
  kid: string | undefined
  /** The algorithm that the JWK is for, if it says so. */
  alg: string | undefined
}

export interface KeyWish {
  /** `--client-key-id`: which key of a set, and the `kid` that assertions carry. */
  kid: string | undefined
  passphrase: string | undefined
  /** How the user named the key, for messages: '--client-key'. */
  spelling: string
}

/**
 * Reads a private key: PEM as PKCS#8, PKCS#1 or SEC1, plain or encrypted, a JWK (RFC 7517), or a JWK
 * set with the key id that is wanted. Throws a `UsageError` that never shows any of it.
 */
export function loadPrivateKey(text: string, wish: KeyWish): ClientKey {
  const trimmed = text.trim()
  return trimmed.startsWith('{') ? fromJson(trimmed, wish) : fromPem(trimmed, wish)
}

function fromPem(text: string, { kid, passphrase, spelling }: KeyWish): ClientKey {
  if (!text.includes('PRIVATE KEY-----')) {
    throw unusable(spelling, 'is no private key', 'Name a PEM file, a JWK or a JWK set')
  }
  const isEncrypted = /ENCRYPTED/.test(text)
  if (isEncrypted && passphrase === undefined) {
    throw unusable(
      spelling,
      'is encrypted',
      'Name its passphrase: --client-key-passphrase env:NAME (or file:PATH, keychain:NAME, prompt)',
    )
  }
  try {
    const { createPrivateKey } = process.getBuiltinModule('node:crypto')
    const secret = passphrase === undefined ? {} : { passphrase }
    return { key: createPrivateKey({ key: text, format: 'pem', ...secret }), kid, alg: undefined }
  } catch {
    // The reason of OpenSSL says nothing to a person, and may quote the input.
    const why = isEncrypted ? 'cannot be decrypted' : 'is damaged'
    throw unusable(
      spelling,
      why,
      isEncrypted ? 'Check --client-key-passphrase' : 'Make or copy the key again',
    )
  }
}

function fromJson(text: string, wish: KeyWish): ClientKey {
  const { spelling } = wish
  const jwk = choose(parse(text, spelling), wish)
  if (typeof jwk['d'] !== 'string') {
    throw unusable(spelling, 'is a public key', 'Name the private key that belongs to it')
  }
  try {
    const { createPrivateKey } = process.getBuiltinModule('node:crypto')
    const key = createPrivateKey({ key: jwk, format: 'jwk' })
    const [kid, alg] = [jwk['kid'], jwk['alg']]
    return {
      key,
      kid: wish.kid ?? (typeof kid === 'string' ? kid : undefined),
      alg: typeof alg === 'string' ? alg : undefined,
    }
  } catch {
    throw unusable(spelling, 'is no usable JWK', 'Make or copy the key again')
  }
}

type Jwk = Record<string, unknown>

function choose(document: Jwk, { kid, spelling }: KeyWish): Jwk {
  const keys = document['keys']
  if (!Array.isArray(keys)) return document
  const fitting = keys.filter(
    (one: unknown): one is Jwk =>
      typeof one === 'object' && one !== null && (kid === undefined || (one as Jwk)['kid'] === kid),
  )
  const [first] = fitting
  if (first && fitting.length === 1) return first
  const ids = keys.map((one: unknown) => String((one as Jwk | null)?.['kid'] ?? '(none)'))
  throw unusable(
    spelling,
    first ? 'is a set of several keys' : `is a set without the key id ${kid ?? ''}`,
    `Name one of its keys: --client-key-id ${ids.join(', or ')}`,
  )
}

function parse(text: string, spelling: string): Jwk {
  try {
    return JSON.parse(text) as Jwk
  } catch {
    throw unusable(spelling, 'looks like JSON and is none', 'Make or copy the key again')
  }
}

function unusable(spelling: string, why: string, hint: string): UsageError {
  return new UsageError(`the key behind ${spelling} ${why}`, { code: 'client_key_unusable', hint })
}
