import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { errnoOf, fileError } from '../files/file-errors.ts'
import { fileNameFor } from '../files/file-name.ts'
import {
  ensurePrivateFolder,
  readPrivateFile,
  removeFile,
  writePrivateFile,
} from '../files/private-files.ts'
import type { StoreKind } from '../ports/secret-store.ts'
import { parseSummary, printSummary } from './session-summary.ts'

/** What may be known of a session without opening its store. Holds no secret. */
export interface SessionSummary {
  version: 1
  /** The name of the session's entry in its store. */
  id: string
  profile: string
  issuer?: string
  tokenEndpoint?: string
  clientId: string
  sub?: string
  username?: string
  /** The granted scopes, space-separated; empty when unknown. */
  scope: string
  /** Epoch milliseconds. */
  expiresAt?: number
  /** Epoch milliseconds. */
  obtainedAt?: number
  refreshable: boolean
  store: StoreKind
  /** Changes with each write of the session. */
  revision: string
}

/**
 * One file per session, so that two processes never rewrite each other's entry. A damaged file
 * reads as absent, because it holds nothing that the store does not. Throws a `StoreError`
 * `store_unavailable` or a `MachineFault` `disk_full`.
 */
export interface SessionIndex {
  read(id: string): SessionSummary | undefined
  write(summary: SessionSummary): void
  /** True when something was there. */
  remove(id: string): boolean
  /** All sessions, by id. */
  list(): SessionSummary[]
}

/** The index in `folder`, which is created with the first write. */
export function createSessionIndex({ folder }: { folder: string }): SessionIndex {
  const pathOf = (id: string) => join(folder, `${fileNameFor(id)}.json`)

  function readFile(path: string): SessionSummary | undefined {
    const text = readPrivateFile(path)
    return text === undefined ? undefined : parseSummary(text)
  }

  return {
    read(id) {
      const summary = readFile(pathOf(id))
      return summary?.id === id ? summary : undefined
    },
    write(summary) {
      ensurePrivateFolder(folder)
      writePrivateFile(pathOf(summary.id), printSummary(summary))
    },
    remove: (id) => removeFile(pathOf(id)),
    list: () =>
      fileNames(folder)
        .filter((name) => name.endsWith('.json'))
        .map((name) => ({ name, summary: readFile(join(folder, name)) }))
        .flatMap(({ name, summary }) =>
          summary !== undefined && name === `${fileNameFor(summary.id)}.json` ? [summary] : [],
        )
        .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  }
}

function fileNames(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return []
    throw fileError(folder, 'read', error)
  }
}
