import type { Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import type { SecretStore, StoreKind } from '../ports/secret-store.ts'
import { createFileStore } from './file.ts'
import { createKeychainStore } from './keychain.ts'
import type { LoadKeyring } from './keyring-binding.ts'
import { createNoStore } from './none.ts'
import { KEYCHAIN_SERVICE, sealedFolder, sessionsFolder } from './places.ts'
import { readStoreKey } from './store-key.ts'

export interface StoreDeps {
  platform: NodeJS.Platform
  env: Readonly<Record<string, string | undefined>>
  /** The folder of everything that oauthctl keeps for itself. */
  stateFolder: string
  random: Random
  clock: Clock
  signal?: AbortSignal
  loadBinding?: LoadKeyring
}

// A new kind of store is one file and one line here.
const KINDS: Readonly<Record<StoreKind, (deps: StoreDeps) => SecretStore>> = {
  keychain: (deps) =>
    createKeychainStore({
      ...deps,
      service: KEYCHAIN_SERVICE,
      sealedFolder: sealedFolder(deps.stateFolder),
    }),
  file: (deps) =>
    createFileStore({
      folder: sessionsFolder(deps.stateFolder),
      key: () => readStoreKey(deps.env),
      random: deps.random,
    }),
  none: createNoStore,
}

/** Opens a store of the kind. Touches nothing before its first use. */
export function openStore(kind: StoreKind, deps: StoreDeps): SecretStore {
  return KINDS[kind](deps)
}

export const STORE_KINDS = Object.keys(KINDS) as StoreKind[]
