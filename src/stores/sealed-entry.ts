import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { StoreError } from '../errors/families.ts'
import { fileNameFor } from '../files/file-name.ts'
import { ensurePrivateFolder, removeFile } from '../files/private-files.ts'
import type { Random } from '../ports/random.ts'
import { visible } from '../text/visible.ts'
import { remedyFor } from './remedy.ts'
import { readSealedSession, writeSealedSession } from './sealed-session.ts'

/**
 * The sealed form of a session that is too large for one entry of the platform's keychain: the
 * text lies encrypted in a file, and the entry holds the file's name and its key.
 */
export interface SealedEntry {
  file: string
  key: Uint8Array
}

const ENVELOPE = /^\{"version":\d+,"sealed":\{/
const FILE = /^[a-z0-9._@%-]+~[0-9a-f]{16}\.jwe$/

/** The text of the keychain entry. */
export function printSealedEntry({ file, key }: SealedEntry): string {
  const sealed = { file, key: Buffer.from(key).toString('base64url') }
  return JSON.stringify({ version: 1, sealed })
}

/** Undefined when the entry is not of the sealed form. Throws a `StoreError` `store_damaged`. */
export function parseSealedEntry(text: string, name: string): SealedEntry | undefined {
  if (!ENVELOPE.test(text)) return undefined
  const envelope = parseEnvelope(text)
  if (envelope === undefined) throw damagedEntry(name, 'is damaged')
  if (envelope.version !== 1) throw damagedEntry(name, 'was written by a newer oauthctl')
  const { file, key } = envelope.sealed
  const bytes = Buffer.from(typeof key === 'string' ? key : '', 'base64url')
  // The name is joined to a folder, so nothing but our own form of it is accepted.
  if (typeof file !== 'string' || !FILE.test(file) || bytes.length !== 32) {
    throw damagedEntry(name, 'is damaged')
  }
  return { file, key: bytes }
}

/** Encrypts the text under a fresh key into a file of a new name; nothing that exists is touched. */
export function sealText(folder: string, name: string, text: string, random: Random): SealedEntry {
  const key = random.bytes(32)
  const file = `${fileNameFor(name)}~${Buffer.from(random.bytes(8)).toString('hex')}.jwe`
  ensurePrivateFolder(folder)
  writeSealedSession(join(folder, file), { key, name, text, random })
  return { file, key }
}

/** The text behind a sealed entry. Throws a `StoreError` `store_damaged`, also when its file is gone. */
export function openSealedEntry(folder: string, name: string, sealed: SealedEntry): string {
  const text = readSealedSession(join(folder, sealed.file), { key: () => sealed.key, name })
  if (text === undefined) {
    throw damagedEntry(
      name,
      `belongs to a file that is gone: ${visible(join(folder, sealed.file))};`,
    )
  }
  return text
}

/**
 * Removes the sealed files of one session that nothing can belong to any more: `spare` and what is
 * `older` than a point in time (epoch ms), which a crash or another writer left behind. Younger
 * ones stay, because a writer in another process may be about to name one of them in the entry.
 */
export function removeSealedFiles(
  folder: string,
  name: string,
  choice: { keep?: string | undefined; spare?: string | undefined; older: number },
): void {
  const prefix = `${fileNameFor(name)}~`
  for (const file of fileNames(folder)) {
    if (!file.startsWith(prefix) || !FILE.test(file) || file === choice.keep) continue
    const path = join(folder, file)
    if (file === choice.spare || writtenBefore(path, choice.older)) removeFile(path)
  }
}

function writtenBefore(path: string, time: number): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? time) < time
}

function fileNames(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // No folder, no files; a folder that cannot be listed holds nothing that is readable without its entry.
    return []
  }
}

interface Envelope {
  version: unknown
  sealed: { file?: unknown; key?: unknown }
}

function parseEnvelope(text: string): Envelope | undefined {
  try {
    // The pattern has seen both members.
    return JSON.parse(text) as Envelope
  } catch {
    return undefined
  }
}

function damagedEntry(name: string, what: string): StoreError {
  return new StoreError(`the keychain entry of ${visible(name, 100)} ${what} and cannot be read`, {
    code: 'store_damaged',
    hint: remedyFor(name),
  })
}
