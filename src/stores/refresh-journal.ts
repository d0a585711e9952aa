import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { fileNameFor } from '../files/file-name.ts'
import {
  ensurePrivateFolder,
  readPrivateFile,
  removeFile,
  writePrivateFile,
} from '../files/private-files.ts'
import type { Clock } from '../ports/clock.ts'

/** How often a refresh token may be sent: once, and once more after an unknown outcome. */
export const MAX_PRESENTATIONS = 2

/**
 * Remembers that a refresh token was sent and what came of it is not known, because a server that
 * rotates refresh tokens may revoke everything when it sees one twice (RFC 9700 section 4.14.2).
 */
export interface RefreshJournal {
  /**
   * To call before the token is sent; durable when it returns. Throws a `StoreError`
   * `store_unavailable` or a `MachineFault` `disk_full`, and then the token must not be sent.
   */
  begin(id: string, refreshToken: string): void
  /** How often this very token was sent without the outcome being known. */
  attempts(id: string, refreshToken: string): number
  /** True when the last refresh token that was sent will not be sent again. */
  isExhausted(id: string): boolean
  /** To call when the outcome is known: the answer is stored, or the session is over. */
  settle(id: string): void
  /** Takes the last `begin` back: the token was not sent, or the server said that it is not spent. */
  withdraw(id: string): void
}

/** The journal in `folder`. Its files hold a fingerprint of the refresh token, never the token. */
export function createRefreshJournal(deps: { folder: string; clock: Clock }): RefreshJournal {
  const pathOf = (id: string) => join(deps.folder, `${fileNameFor(id)}.json`)

  function attempts(id: string, refreshToken: string): number {
    const text = readPrivateFile(pathOf(id))
    if (text === undefined) return 0
    const entry = parse(text)
    // A journal that cannot be read still says that something was begun.
    if (entry === undefined) return 1
    return entry.fingerprint === fingerprint(refreshToken) ? entry.attempts : 0
  }

  return {
    attempts,
    isExhausted(id) {
      return (parse(readPrivateFile(pathOf(id)) ?? '')?.attempts ?? 0) >= MAX_PRESENTATIONS
    },
    begin(id, refreshToken) {
      const entry = {
        version: 1,
        fingerprint: fingerprint(refreshToken),
        attempts: attempts(id, refreshToken) + 1,
        started_at: new Date(deps.clock.now()).toISOString(),
      }
      ensurePrivateFolder(deps.folder)
      writePrivateFile(pathOf(id), `${JSON.stringify(entry)}\n`)
    },
    settle(id) {
      removeFile(pathOf(id))
    },
    withdraw(id) {
      const entry = parse(readPrivateFile(pathOf(id)) ?? '')
      if (entry === undefined || entry.attempts <= 1) {
        removeFile(pathOf(id))
        return
      }
      const earlier = { ...entry, attempts: entry.attempts - 1 }
      writePrivateFile(pathOf(id), `${JSON.stringify(earlier)}\n`)
    },
  }
}

// Truncated: enough to tell tokens apart, too little to confirm a guessed one beyond doubt.
function fingerprint(refreshToken: string): string {
  return createHash('sha256').update(refreshToken).digest('base64url').slice(0, 16)
}

interface Entry {
  version: 1
  fingerprint: string
  attempts: number
  started_at: unknown
}

function parse(text: string): Entry | undefined {
  try {
    const entry: unknown = JSON.parse(text)
    if (typeof entry !== 'object' || entry === null) return undefined
    if (!('version' in entry) || entry.version !== 1) return undefined
    if (!('fingerprint' in entry) || typeof entry.fingerprint !== 'string') return undefined
    if (!('attempts' in entry) || !Number.isSafeInteger(entry.attempts)) return undefined
    return {
      version: 1,
      fingerprint: entry.fingerprint,
      attempts: Number(entry.attempts),
      started_at: 'started_at' in entry ? entry.started_at : undefined,
    }
  } catch {
    return undefined
  }
}
