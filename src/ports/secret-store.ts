export type StoreKind = 'keychain' | 'file' | 'none'

/** What a store holds beside sessions under names that the user gave. */
export type EntryKind = 'secret' | 'key'

/**
 * A place for secrets, one text per name. The three outcomes of a read stay apart: `undefined` says
 * that nothing is stored; a `StoreError` with code `store_unavailable`, `store_locked` or
 * `store_no_answer` says that the place cannot be used now; one with code `store_damaged` or
 * `store_wrong_key` says that something is there which cannot be read. Nothing is ever overwritten
 * or forgotten because it could not be read.
 */
export interface SecretStore {
  readonly kind: StoreKind
  /** Where the secrets are, in words for people: 'the OS keychain'. */
  readonly place: string
  read(name: string): Promise<string | undefined>
  /** Replaces the whole text; durable when it resolves, and the old text survives a failure. */
  write(name: string, text: string): Promise<void>
  /** True when something was there. */
  remove(name: string): Promise<boolean>
  /** Writes and deletes an entry of its own, to learn before a login whether the store works. */
  probe(): Promise<void>
}
