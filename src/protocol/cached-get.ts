import type { Clock } from '../ports/clock.ts'
import type { Fetch } from '../ports/fetch.ts'
import { freshUntil, type CachedDocument, type DocumentCache } from './metadata-cache.ts'

export interface CachedGetDeps {
  fetch: Fetch
  clock: Clock
  cache: DocumentCache
}

export interface CachedGetOptions {
  url: string
  /** Ask the server even when the stored document is still fresh (a 304 is enough). */
  revalidate?: boolean
  accept: string
}

/** A server document, and `keep` to store it once the caller has found it good. */
export interface Fetched {
  response: Response
  fromCache: boolean
  keep(): void
}

/** GET with the HTTP cache: fresh from disk, else with `If-None-Match` and `If-Modified-Since`. */
export async function cachedGet(deps: CachedGetDeps, options: CachedGetOptions): Promise<Fetched> {
  const { url } = options
  const stored = deps.cache.get(url)
  const now = deps.clock.now()
  // A stored time in the future means that the clock was set back: nothing to rely on.
  const usable = stored && stored.checkedAt <= now && now < stored.freshUntil
  if (stored && usable && !options.revalidate) return fromDisk(stored)
  const response = await deps.fetch(url, {
    headers: {
      accept: options.accept,
      ...(stored?.etag ? { 'if-none-match': stored.etag } : {}),
      ...(stored?.lastModified ? { 'if-modified-since': stored.lastModified } : {}),
    },
  })
  if (response.status === 304 && stored) {
    const until = freshUntil(response.headers, now) ?? now
    deps.cache.put(url, { ...stored, checkedAt: now, freshUntil: until })
    return fromDisk(stored)
  }
  const body = response.status === 200 ? await response.clone().text() : ''
  const until = freshUntil(response.headers, now)
  return {
    response,
    fromCache: false,
    keep() {
      if (response.status !== 200 || until === undefined) return
      const etag = response.headers.get('etag')
      const lastModified = response.headers.get('last-modified')
      deps.cache.put(url, {
        url,
        body,
        ...(etag ? { etag } : {}),
        ...(lastModified ? { lastModified } : {}),
        checkedAt: now,
        freshUntil: until,
      })
    },
  }
}

function fromDisk(stored: CachedDocument): Fetched {
  const response = new Response(stored.body, {
    status: 200,
    headers: { 'content-type': 'application/json' },
  })
  return { response, fromCache: true, keep() {} }
}
