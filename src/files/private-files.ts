import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { StoreError } from '../errors/families.ts'
import { visible } from '../text/visible.ts'
import { errnoOf, fileError } from './file-errors.ts'

// Everything here is synchronous on purpose: the calls are short, and our own signal handler cannot
// run between two of them and leave half of the work.

const OTHERS = 0o077
const STICKY = 0o1000
const RENAME_ATTEMPTS = 20

/**
 * Creates a folder that only its owner can enter (0700), parents included, and leaves one that exists
 * as it is. Throws a `StoreError` `store_unavailable`, or a `MachineFault` `disk_full`.
 */
export function ensureFolder(path: string): void {
  try {
    makeFolder(path)
  } catch (error) {
    throw fileError(path, 'used as a folder', error)
  }
}

/**
 * Creates a folder that only its owner can enter (0700), parents included, and takes the access of
 * others away from one that exists. Refuses a folder that all users share (sticky, like /tmp).
 * Throws a `StoreError` `store_unavailable`, or a `MachineFault` `disk_full`.
 */
export function ensurePrivateFolder(path: string): void {
  try {
    makeFolder(path)
    const { mode } = statSync(path)
    if ((mode & STICKY) !== 0) throw sharedFolder(path)
    if ((mode & OTHERS) !== 0) chmodSync(path, 0o700)
  } catch (error) {
    if (error instanceof StoreError) throw error
    throw fileError(path, 'used as a private folder', error)
  }
}

/** Node's own recursion never ends where a file system has no place for new folders, as /proc. */
function makeFolder(path: string): void {
  if (isMade(path)) return
  const parent = dirname(path)
  if (parent !== path) makeFolder(parent)
  if (!isMade(path)) mkdirSync(path, 0o700)
}

/** True when the folder is there now; false when the one above it is missing. */
function isMade(path: string): boolean {
  try {
    mkdirSync(path, 0o700)
    return true
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return true
    throw error
  }
}

function sharedFolder(path: string): StoreError {
  return new StoreError(`${visible(path)} is shared by all users of this machine`, {
    code: 'store_unavailable',
    hint: `name a folder of your own: OAUTHCTL_STATE_DIR=${visible(join(path, 'oauthctl'))}`,
  })
}

/**
 * Replaces a file's whole text, mode 0600, durable when it returns. A reader sees the old text or
 * the new one, never a part; after any failure the old text is still there. The folder must exist.
 * Throws a `MachineFault` `disk_full` or a `StoreError` `store_unavailable`.
 */
export function writePrivateFile(path: string, text: string): void {
  let temporary: string | undefined
  try {
    const opened = openTemporary(path)
    temporary = opened.path
    try {
      writeFileSync(opened.descriptor, text)
      fsyncSync(opened.descriptor)
    } finally {
      closeSync(opened.descriptor)
    }
    renamePatiently(temporary, path)
    temporary = undefined
    syncFolder(dirname(path))
  } catch (error) {
    if (temporary !== undefined) unlinkQuietly(temporary)
    throw fileError(path, 'written', error)
  }
}

/**
 * The file that a path leads to, links followed, so that replacing it keeps the links; the path
 * itself where nothing is there. Throws a `StoreError` `store_unavailable`.
 */
export function behindLinks(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return path
    throw fileError(path, 'read', error)
  }
}

/** The text of a file, or undefined when there is none. Throws a `StoreError` `store_unavailable`. */
export function readPrivateFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw fileError(path, 'read', error)
  }
}

/** Removes a file, durably. True when there was one. Throws a `StoreError` `store_unavailable`. */
export function removeFile(path: string): boolean {
  try {
    unlinkSync(path)
    syncFolder(dirname(path))
    return true
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false
    throw fileError(path, 'removed', error)
  }
}

// Exclusive creation is what keeps two writers apart, so the name needs no randomness: whoever
// finds a number taken goes on to the next one.
function openTemporary(path: string): { path: string; descriptor: number } {
  for (let number = 0; ; number += 1) {
    const temporary = join(dirname(path), `.${basename(path)}.${number}.tmp`)
    try {
      return { path: temporary, descriptor: openSync(temporary, 'wx', 0o600) }
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST' || number > 9999) throw error
    }
  }
}

// Windows refuses to replace a file that a reader or a virus scanner has open at this moment.
function renamePatiently(from: string, to: string): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      renameSync(from, to)
      return
    } catch (error) {
      const passing = ['EPERM', 'EBUSY', 'EACCES'].includes(errnoOf(error))
      if (!passing || attempt === RENAME_ATTEMPTS) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}

// A rename or unlink is durable only with its folder. Windows and some network file systems cannot
// sync a folder; there it is as durable as they make it.
function syncFolder(path: string): void {
  try {
    const descriptor = openSync(path, 'r')
    try {
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    if (['EIO', 'ENOSPC', 'EDQUOT'].includes(errnoOf(error))) throw error
  }
}

function unlinkQuietly(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // The failure that is being reported matters more.
  }
}
