import { StoreError } from '../errors/families.ts'
import { type SigningJwk, thumbprint } from './public-key-set.ts'

/** The text under which a private key is stored: its JWK (RFC 7517). */
export function printStoredKey(key: SigningJwk): string {
  return JSON.stringify(key)
}

/**
 * Reads what `printStoredKey` wrote. Throws a `StoreError` `store_damaged` that shows nothing of it;
 * `name` is the one that the user gave the key.
 */
export function parseStoredKey(text: string, name: string): SigningJwk {
  const key = parseObject(text)
  const { alg } = key
  const kid = thumbprint(key)
  if (typeof alg === 'string' && kid !== undefined) return { ...key, kid, alg, use: 'sig' }
  throw new StoreError(`the key ${name} is damaged: it is not what oauthctl wrote`, {
    code: 'store_damaged',
    hint: `Make a new one: oauthctl key generate ${name} --force`,
  })
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  } catch {
    return {}
  }
}
