import { checkEntryName, entryName } from '../config/entry-names.ts'
import type { Context } from '../context.ts'
import { UsageError } from '../errors/families.ts'
import type { Release } from '../ports/lock.ts'
import type { EntryKind, SecretStore } from '../ports/secret-store.ts'
import { createEntryIndex, type EntryIndex, type EntrySummary } from '../stores/entry-index.ts'
import { entryLock } from '../stores/entry-lock.ts'
import { entriesFolder } from '../stores/places.ts'
import { storeKind, waitingNote } from './open-session.ts'

/** A secret or a client key by the name that the user gave it. */
export interface EntryId {
  kind: EntryKind
  name: string
}

export interface NewEntry extends EntryId {
  text: string
  /** What the index may tell about it. */
  about?: Pick<EntrySummary, 'alg' | 'kid'>
}

/** The text of an entry in the store of this run; undefined when there is none. */
export async function readEntry(context: Context, id: EntryId): Promise<string | undefined> {
  return openStore(context).read(entryName(id.kind, id.name, context.paths))
}

/**
 * What `keychain:NAME` means where a private key is wanted: the client key of that name, else the
 * secret of that name (a PEM file, say). Undefined when there is neither.
 */
export async function readStoredKey(context: Context, name: string): Promise<string | undefined> {
  return (
    (await readEntry(context, { kind: 'key', name })) ??
    (await readEntry(context, { kind: 'secret', name }))
  )
}

/**
 * Stores an entry and notes its name in the index; gives the store that has it. With `isNew`, one
 * that exists is kept, and the result is undefined. Throws a `UsageError` `store_none` where nothing
 * is stored.
 */
export async function keepEntry(
  context: Context,
  entry: NewEntry,
  options: { isNew?: boolean } = {},
): Promise<SecretStore | undefined> {
  const { kind, text, about } = entry
  const name = checkEntryName(kind, entry.name)
  const store = lastingStore(context, kind)
  const stored = entryName(kind, name, context.paths)
  const release = await lock(context, stored)
  try {
    // What cannot be read is not overwritten either: it may belong to another key or name. A keychain
    // has one key, and may ask the person at each read.
    const looks = options.isNew === true || store.kind === 'file'
    const existing = looks ? await store.read(stored) : undefined
    if (options.isNew === true && existing !== undefined) return undefined
    await context.interruption.shield(async () => {
      await store.write(stored, text)
      const changedAt = context.clock.now()
      note(context, { kind, name, entry: stored, store: store.kind, changedAt, ...about })
    })
    return store
  } finally {
    release()
  }
}

/** Removes an entry from the store of this run; true when there was one. */
export async function forgetEntry(context: Context, { kind, name }: EntryId): Promise<boolean> {
  const store = lastingStore(context, kind)
  const stored = entryName(kind, name, context.paths)
  const release = await lock(context, stored)
  try {
    const had = await store.remove(stored)
    return indexOf(context)?.remove(store.kind, stored) === true || had
  } finally {
    release()
  }
}

/** The entries of this kind that belong to the profile file, in every store, from the index alone. */
export function listEntries(context: Context, kind: EntryKind): EntrySummary[] {
  const all = indexOf(context)?.list() ?? []
  return all.filter(
    (one) => one.kind === kind && one.entry === entryName(kind, one.name, context.paths),
  )
}

function openStore(context: Context): SecretStore {
  return context.openStore(storeKind(context))
}

function indexOf({ paths }: Context): EntryIndex | undefined {
  const { stateFolder } = paths
  return stateFolder ? createEntryIndex({ folder: entriesFolder(stateFolder) }) : undefined
}

function lock(context: Context, stored: string): Promise<Release> {
  const { signal } = context.interruption
  return context.locks.acquire(entryLock(stored), { signal, onWait: waitingNote(context) })
}

// The index only helps to list, so a failure to write it must not fail what is stored already.
function note(context: Context, summary: EntrySummary): void {
  try {
    indexOf(context)?.write(summary)
  } catch (error) {
    const why = error instanceof Error ? error.message : ''
    context.output.warn(`the list of stored names could not be updated: ${why}`)
  }
}

/** The store of this run; throws a `UsageError` `store_none` for the one that keeps nothing. */
export function lastingStore(context: Context, kind: EntryKind): SecretStore {
  const store = openStore(context)
  if (store.kind !== 'none') return store
  throw new UsageError(`a ${kind} cannot be kept with --store none`, {
    code: 'store_none',
    hint: 'Use --store keychain or --store file',
  })
}
