import { ServerError } from '../errors/families.ts'
import { cachedGet, type CachedGetDeps } from './cached-get.ts'

export interface KeySet {
  keys: Record<string, unknown>[]
}

/**
 * The server's key set (RFC 7517 section 5), from the cache while it is fresh. `revalidate` asks the
 * server again, for a key id that the stored set does not have.
 */
export async function fetchKeySet(
  deps: CachedGetDeps,
  url: string,
  revalidate: boolean,
): Promise<KeySet> {
  const fetched = await cachedGet(deps, {
    url,
    revalidate,
    accept: 'application/jwk-set+json, application/json',
  })
  const fail = (what: string): ServerError =>
    new ServerError(`the key set at ${url} ${what}`, {
      code: 'jwks_invalid',
      hint: "Check jwks_uri in the server's metadata: oauthctl discover URL",
    })
  if (fetched.response.status !== 200) throw fail(`answers with status ${fetched.response.status}`)
  let value: unknown
  try {
    value = await fetched.response.json()
  } catch {
    throw fail('is no JSON')
  }
  const keys = (value as { keys?: unknown } | null)?.keys
  if (!Array.isArray(keys)) throw fail('has no "keys"')
  fetched.keep()
  return { keys: keys.filter((key) => typeof key === 'object' && key !== null) }
}
