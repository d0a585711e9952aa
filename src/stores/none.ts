import type { SecretStore } from '../ports/secret-store.ts'

/**
 * Keeps nothing beyond this process: what a command got is printed and forgotten. Within the process
 * it remembers, so that a login can be followed by the token that it brought.
 */
export function createNoStore(): SecretStore {
  const texts = new Map<string, string>()
  return {
    kind: 'none',
    place: 'nowhere',
    read: async (name) => texts.get(name),
    write: async (name, text) => {
      texts.set(name, text)
    },
    remove: async (name) => texts.delete(name),
    probe: async () => {},
  }
}
