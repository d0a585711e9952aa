import { join } from 'node:path'
import { fileNameFor } from '../files/file-name.ts'
import { ensurePrivateFolder, removeFile } from '../files/private-files.ts'
import { type Random, randomText } from '../ports/random.ts'
import type { SecretStore } from '../ports/secret-store.ts'
import { readSealedSession, writeSealedSession } from './sealed-session.ts'

export interface FileStoreDeps {
  /** Where the encrypted files are, one per session. */
  folder: string
  /** The 32-byte key, asked when there is something to encrypt or decrypt. Throws when there is none. */
  key: () => Uint8Array
  random: Random
}

function pathOf(folder: string, name: string): string {
  return join(folder, `${fileNameFor(name)}.jwe`)
}

/** What `createFileStore(…).read` does, at once, for the start that loads as little as possible. */
export function readFileStoreSync(
  deps: Pick<FileStoreDeps, 'folder' | 'key'>,
  name: string,
): string | undefined {
  return readSealedSession(pathOf(deps.folder, name), { key: deps.key, name })
}

/**
 * One encrypted file per session (a JWE, RFC 7516). Throws what `key` throws, and a `StoreError`
 * `store_wrong_key`, `store_damaged` or `store_unavailable`, or a `MachineFault` `disk_full`.
 */
export function createFileStore(deps: FileStoreDeps): SecretStore {
  const { folder, random } = deps

  async function write(name: string, text: string): Promise<void> {
    const key = deps.key()
    ensurePrivateFolder(folder)
    writeSealedSession(pathOf(folder, name), { key, name, text, random })
  }

  async function remove(name: string): Promise<boolean> {
    return removeFile(pathOf(folder, name))
  }

  return {
    kind: 'file',
    place: `encrypted files in ${folder}`,
    read: async (name) => readFileStoreSync(deps, name),
    write,
    remove,
    async probe() {
      const name = `probe:${randomText(random, 8)}`
      try {
        await write(name, 'probe')
      } finally {
        await remove(name)
      }
    },
  }
}
