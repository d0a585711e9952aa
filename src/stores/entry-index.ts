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
import type { EntryKind, StoreKind } from '../ports/secret-store.ts'

/** What may be known of a secret or key without opening its store. Holds nothing secret. */
export interface EntrySummary {
  kind: EntryKind
  /** The name that the user gave it. */
  name: string
  /** The name in the store. */
  entry: string
  store: StoreKind
  /** Epoch milliseconds. */
  changedAt: number
  /** Of keys: the JWS algorithm and the key id. */
  alg?: string
  kid?: string
}

/**
 * Remembers which secrets and keys were stored, because a keychain cannot be asked for that. One
 * file per entry and store; a damaged file reads as absent. Throws a `StoreError`
 * `store_unavailable` or a `MachineFault` `disk_full`.
 */
export interface EntryIndex {
  write(summary: EntrySummary): void
  /** True when something was there. */
  remove(store: StoreKind, entry: string): boolean
  /** All entries, by name. */
  list(): EntrySummary[]
}

/** The index in `folder`, which is created with the first write. */
export function createEntryIndex({ folder }: { folder: string }): EntryIndex {
  const fileOf = (store: StoreKind, entry: string) => `${fileNameFor(`${store}/${entry}`)}.json`

  function read(file: string): EntrySummary[] {
    const summary = parse(readPrivateFile(join(folder, file)) ?? '')
    return summary && file === fileOf(summary.store, summary.entry) ? [summary] : []
  }

  return {
    write(summary) {
      ensurePrivateFolder(folder)
      writePrivateFile(join(folder, fileOf(summary.store, summary.entry)), print(summary))
    },
    remove: (store, entry) => removeFile(join(folder, fileOf(store, entry))),
    list: () =>
      fileNames(folder)
        .filter((file) => file.endsWith('.json'))
        .flatMap(read)
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

function print({ changedAt, ...summary }: EntrySummary): string {
  const members = { version: 1, ...summary, changed_at: new Date(changedAt).toISOString() }
  return `${JSON.stringify(members, undefined, 2)}\n`
}

function parse(text: string): EntrySummary | undefined {
  const members = parseObject(text)
  const { name, entry, alg, kid, changed_at: changed } = members
  const kind = (['secret', 'key'] as const).find((one) => one === members['kind'])
  const store = (['keychain', 'file'] as const).find((one) => one === members['store'])
  const changedAt = Date.parse(String(changed))
  if (members['version'] !== 1 || !kind || !store || Number.isNaN(changedAt)) return undefined
  if (typeof name !== 'string' || typeof entry !== 'string') return undefined
  return {
    kind,
    name,
    entry,
    store,
    changedAt,
    ...(typeof alg === 'string' ? { alg } : {}),
    ...(typeof kid === 'string' ? { kid } : {}),
  }
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  } catch {
    return {}
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
