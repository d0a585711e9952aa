import type { SecretStore } from '../ports/secret-store.ts'

/** Keeps nothing: what a command got is printed and forgotten. */
export function createNoStore(): SecretStore {
  return {
    kind: 'none',
    place: 'nowhere',
    read: async () => undefined,
    write: async () => {},
    remove: async () => false,
    probe: async () => {},
  }
}
