import { keyringOptions, type LoadKeyring, loadKeyring } from './keyring-binding.ts'
import { classifyKeyringError, keyringError, loadOrExplain } from './keyring-faults.ts'
import { openSealedEntry, parseSealedEntry } from './sealed-entry.ts'

export interface KeychainRead {
  platform: NodeJS.Platform
  service: string
  name: string
  sealedFolder: string
  loadBinding?: LoadKeyring
}

/**
 * What the keychain store's `read` does, at once, for the start that loads as little as possible;
 * blocks for about two seconds when the keychain does not answer, and does not ask again. Throws a
 * `StoreError` as in the port.
 */
export function readKeychainSync(read: KeychainRead): string | undefined {
  const text = readEntry(read)
  const sealed = text === undefined ? undefined : parseSealedEntry(text, read.name)
  return sealed === undefined ? text : openSealedEntry(read.sealedFolder, read.name, sealed)
}

function readEntry({ platform, service, name, loadBinding }: KeychainRead): string | undefined {
  const binding = loadOrExplain(loadBinding ?? loadKeyring)
  try {
    const bytes = new binding.Entry(service, name, keyringOptions(platform)).getSecret()
    return bytes === null ? undefined : Buffer.from(bytes).toString('utf8')
  } catch (error) {
    throw keyringError(classifyKeyringError(error), error)
  }
}
