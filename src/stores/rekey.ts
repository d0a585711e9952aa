import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { StoreError } from '../errors/families.ts'
import { errnoOf, fileError } from '../files/file-errors.ts'
import { fileNameFor } from '../files/file-name.ts'
import { readPrivateFile } from '../files/private-files.ts'
import type { LockOptions, Locks } from '../ports/lock.ts'
import type { Random } from '../ports/random.ts'
import { visible } from '../text/visible.ts'
import { entryLock } from './entry-lock.ts'
import { keyId, readJweHeader } from './jwe.ts'
import { remedyFor } from './remedy.ts'
import { readSealedSession, writeSealedSession } from './sealed-session.ts'

export interface RekeyDeps {
  /** Where the file store has its files. */
  folder: string
  /** The key that the files are under. */
  from: Uint8Array
  /** The key that they shall be under. */
  to: Uint8Array
  random: Random
  locks: Locks
  waiting: LockOptions
}

export interface Rekeyed {
  /** Names of the entries that this run has moved. */
  moved: string[]
  /** Names of those that were under the new key before, as after a run that was cut short. */
  already: string[]
}

const SUFFIX = '.jwe'
const REKEY_LOCK = 'store-rekey'

/**
 * Moves every file of the file store from one key to another, each under its entry's own lock and in
 * one piece, so that a run that is cut short has lost nothing and the next one goes on. Everything is
 * read first: when one file can be read with neither key, none is changed. Throws a `StoreError` as
 * reading does, or a lock's.
 */
export async function rekeyFiles(deps: RekeyDeps): Promise<Rekeyed> {
  const { folder, locks, waiting } = deps
  // Two new keys at once would leave a store that no single key opens.
  const release = await locks.acquire(REKEY_LOCK, waiting)
  try {
    const already = readEverything(deps)
    const moved: string[] = []
    for (;;) {
      const left = entryNames(folder).filter(
        (name) => !isUnder(deps.to, pathOf(folder, name), name),
      )
      if (left.length === 0) return { moved, already }
      // Others may store new entries under the old key meanwhile, so it is looked again.
      for (const name of left) if (await moveEntry(deps, name)) moved.push(name)
    }
  } finally {
    release()
  }
}

/** The names that are under the new key already. */
function readEverything({ folder, from, to }: RekeyDeps): string[] {
  const already: string[] = []
  const problems: StoreError[] = []
  for (const name of entryNames(folder)) {
    const path = pathOf(folder, name)
    try {
      const isMoved = isUnder(to, path, name)
      readSealedSession(path, { key: () => (isMoved ? to : from), name })
      if (isMoved) already.push(name)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      // What stands before the mark of a profile file is the profile's name.
      error.profile = name.replace(/@.*/, '')
      problems.push(error)
    }
  }
  const [first, ...others] = problems
  if (first === undefined) return already
  const more = others.length === 0 ? '' : ` (and ${others.length} more cannot be read)`
  const told = new StoreError(`nothing was changed: ${first.message}${more}`, {
    code: first.code,
    hint: first.hint ?? '',
    cause: first,
  })
  told.profile = first.profile
  throw told
}

async function moveEntry(deps: RekeyDeps, name: string): Promise<boolean> {
  const path = pathOf(deps.folder, name)
  const release = await deps.locks.acquire(entryLock(name), deps.waiting)
  try {
    if (isUnder(deps.to, path, name)) return false
    const text = readSealedSession(path, { key: () => deps.from, name })
    if (text === undefined) return false
    writeSealedSession(path, { key: deps.to, name, text, random: deps.random })
    return true
  } finally {
    release()
  }
}

/** True as well for a file that is gone: nothing is left to do about it. */
function isUnder(key: Uint8Array, path: string, name: string): boolean {
  const jwe = readPrivateFile(path)
  if (jwe === undefined) return true
  const header = readJweHeader(jwe, { source: visible(path), remedy: remedyFor(name) })
  return header['kid'] === keyId(key)
}

function pathOf(folder: string, name: string): string {
  return join(folder, `${fileNameFor(name)}${SUFFIX}`)
}

/** The entries by their files' names; probes, which come and go without a lock, are none. */
function entryNames(folder: string): string[] {
  return fileNames(folder)
    .filter((file) => file.endsWith(SUFFIX))
    .flatMap((file) => {
      const name = decoded(file.slice(0, -SUFFIX.length))
      // Somebody else's file has a name that we would not have given.
      return name !== undefined && `${fileNameFor(name)}${SUFFIX}` === file ? [name] : []
    })
    .filter((name) => !name.startsWith('probe:'))
    .toSorted()
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
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
