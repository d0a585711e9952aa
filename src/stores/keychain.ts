import { join } from 'node:path'
import { StoreError } from '../errors/families.ts'
import { removeFile } from '../files/private-files.ts'
import type { Clock } from '../ports/clock.ts'
import { type Random, randomText } from '../ports/random.ts'
import type { SecretStore } from '../ports/secret-store.ts'
import { createKeychainCall } from './keychain-calls.ts'
import { type LoadKeyring, loadKeyring } from './keyring-binding.ts'
import {
  openSealedEntry,
  parseSealedEntry,
  printSealedEntry,
  removeSealedFiles,
  type SealedEntry,
  sealText,
} from './sealed-entry.ts'
import { secretServiceAnswers } from './secret-service-check.ts'

export interface KeychainDeps {
  platform: NodeJS.Platform
  /** Read for `DBUS_SESSION_BUS_ADDRESS` only. */
  env: Readonly<Record<string, string | undefined>>
  /** The name of the service that the entries belong to. */
  service: string
  /** Where texts that are too large for an entry lie encrypted. */
  sealedFolder: string
  random: Random
  clock: Clock
  signal?: AbortSignal
  /** The most bytes that one entry holds. */
  entryLimit?: number
  loadBinding?: LoadKeyring
}

// Of CREDENTIALW's blob: CRED_MAX_CREDENTIAL_BLOB_SIZE, 5 * 512 bytes.
const WINDOWS_LIMIT = 2560

// How long a sealed file that no entry is known to name is left to a writer in another process.
const SEALED_FILE_REST = 3_600_000

/**
 * The OS keychain: macOS Keychain, Windows Credential Manager, Secret Service; never the kernel
 * keyring. Throws a `StoreError` as in the port, or the signal's reason.
 */
export function createKeychainStore(deps: KeychainDeps): SecretStore {
  const { platform, clock, signal, sealedFolder, random } = deps
  const entryLimit = deps.entryLimit ?? (platform === 'win32' ? WINDOWS_LIMIT : undefined)
  const address = platform === 'linux' ? deps.env['DBUS_SESSION_BUS_ADDRESS'] : undefined
  const call = createKeychainCall({
    platform,
    clock,
    signal,
    service: deps.service,
    load: deps.loadBinding ?? loadKeyring,
    answers: (limit) => secretServiceAnswers({ address, limit, clock, signal }),
  })

  // Bytes, not text: Windows would store text as UTF-16 and hold half as much, and what is bytes in
  // UTF-8 is just as readable with the platforms' own tools.
  async function readEntry(name: string): Promise<string | undefined> {
    const bytes = await call(name, (entry) => entry.getSecret())
    return bytes === null ? undefined : Buffer.from(bytes).toString('utf8')
  }

  const writeEntry = (name: string, text: string) =>
    call(name, (entry) => entry.setSecret(Buffer.from(text)))

  // The sealed file that each entry was last seen to name.
  const named = new Map<string, string>()

  function cleanUp(name: string, keep?: string): void {
    const older = clock.now() - SEALED_FILE_REST
    removeSealedFiles(sealedFolder, name, { keep, spare: named.get(name), older })
    named.delete(name)
    if (keep !== undefined) named.set(name, keep)
  }

  function parse(text: string | undefined, name: string): SealedEntry | undefined {
    const sealed = text === undefined ? undefined : parseSealedEntry(text, name)
    if (sealed !== undefined) named.set(name, sealed.file)
    return sealed
  }

  // A new file under a new name, then the entry, then the old file: whatever moment it is stopped
  // at, the entry names a file that is whole.
  async function writeSealed(name: string, text: string): Promise<void> {
    const sealed = sealText(sealedFolder, name, text, random)
    try {
      await writeEntry(name, printSealedEntry(sealed))
    } catch (error) {
      // Without an answer the entry may have been written all the same, and then needs its file.
      const refused = error instanceof StoreError && error.code !== 'store_no_answer'
      if (refused) removeFile(join(sealedFolder, sealed.file))
      throw error
    }
    cleanUp(name, sealed.file)
  }

  async function write(name: string, text: string): Promise<void> {
    if (entryLimit !== undefined && Buffer.byteLength(text) > entryLimit) {
      return writeSealed(name, text)
    }
    await writeEntry(name, text)
    cleanUp(name)
  }

  async function remove(name: string): Promise<boolean> {
    if (entryLimit !== undefined && !named.has(name)) await learnFile(name)
    const removed = await call(name, (entry) => entry.deleteCredential())
    cleanUp(name)
    return removed
  }

  async function learnFile(name: string): Promise<void> {
    const text = await readEntry(name)
    try {
      parse(text, name)
    } catch {
      // What is damaged is about to be removed.
    }
  }

  return {
    kind: 'keychain',
    place: 'the OS keychain',
    async read(name) {
      const text = await readEntry(name)
      const sealed = parse(text, name)
      return sealed === undefined ? text : openSealedEntry(sealedFolder, name, sealed)
    },
    write,
    remove,
    async probe() {
      const name = `probe:${randomText(random, 8)}`
      try {
        await writeEntry(name, 'probe')
      } finally {
        await call(name, (entry) => entry.deleteCredential())
      }
    },
  }
}
