import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { readPrivateFile, writePrivateFile, ensurePrivateFolder } from '../files/private-files.ts'
import { rfc3339 } from '../text/times.ts'

/** A document with what HTTP needs to ask for it again (RFC 9110 section 8.8). */
export interface CachedDocument {
  url: string
  body: string
  etag?: string
  lastModified?: string
  /** Epoch ms of the last answer, full or 304. */
  checkedAt: number
  /** Until when it may be used without asking, epoch ms. */
  freshUntil: number
}

/** Server documents (metadata, key sets) on disk. A cache that cannot be used is an empty one. */
export interface DocumentCache {
  get(key: string): CachedDocument | undefined
  put(key: string, document: CachedDocument): void
}

const DAY = 86_400_000
const HOUR = 3_600_000

/**
 * Until when an answer may be used unasked: RFC 9111 section 5.2 `max-age`, a day at most; an hour
 * where the server says nothing; undefined for `no-store`.
 */
export function freshUntil(headers: Headers, now: number): number | undefined {
  const control = (headers.get('cache-control') ?? '').toLowerCase()
  if (/(^|[\s,])no-store/.test(control)) return undefined
  if (/(^|[\s,])no-cache/.test(control)) return now
  const maxAge = /(?:^|[\s,])max-age=(\d+)/.exec(control)?.[1]
  return now + (maxAge === undefined ? HOUR : Math.min(Number(maxAge) * 1000, DAY))
}

export function createDocumentCache(folder: string | undefined): DocumentCache {
  if (folder === undefined) return { get: () => undefined, put: () => {} }
  const pathOf = (key: string): string =>
    join(folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`)
  return {
    get(key) {
      try {
        const text = readPrivateFile(pathOf(key))
        if (text === undefined) return undefined
        const stored = JSON.parse(text) as Record<string, unknown>
        return stored['key'] === key ? decode(stored) : undefined
      } catch {
        return undefined
      }
    },
    put(key, document) {
      try {
        ensurePrivateFolder(folder)
        writePrivateFile(pathOf(key), JSON.stringify({ key, ...encode(document) }))
      } catch {
        // A cache on a full or read-only disk costs time, not the command.
      }
    },
  }
}

function encode(document: CachedDocument): Record<string, unknown> {
  const { checkedAt, freshUntil: until, ...rest } = document
  return { ...rest, checked_at: rfc3339(checkedAt), fresh_until_at: rfc3339(until) }
}

function decode(stored: Record<string, unknown>): CachedDocument | undefined {
  const { url, body, etag, lastModified } = stored
  const checkedAt = Date.parse(String(stored['checked_at']))
  const until = Date.parse(String(stored['fresh_until_at']))
  if (typeof url !== 'string' || typeof body !== 'string') return undefined
  if (Number.isNaN(checkedAt) || Number.isNaN(until)) return undefined
  return {
    url,
    body,
    ...(typeof etag === 'string' ? { etag } : {}),
    ...(typeof lastModified === 'string' ? { lastModified } : {}),
    checkedAt,
    freshUntil: Math.min(until, checkedAt + DAY),
  }
}
