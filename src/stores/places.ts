import { join } from 'node:path'

/** The service that all entries in the OS keychain belong to. */
export const KEYCHAIN_SERVICE = 'oauthctl'

/** Where the encrypted files of the file store are. */
export function sessionsFolder(stateFolder: string): string {
  return join(stateFolder, 'sessions')
}

/** Where the keychain store keeps what is too large for an entry. */
export function sealedFolder(stateFolder: string): string {
  return join(stateFolder, 'sealed')
}

/** Where the index of sessions is. */
export function indexFolder(stateFolder: string): string {
  return join(stateFolder, 'index')
}

/** Where the names of stored secrets and keys are. */
export function entriesFolder(stateFolder: string): string {
  return join(stateFolder, 'entries')
}
