import { StoreError } from '../errors/families.ts'
import type { Locks } from '../ports/lock.ts'
import type { SecretStore, StoreKind } from '../ports/secret-store.ts'

/** What reading the store gave, for the whole program, so that no entry is read twice. */
export interface FirstRead {
  kind: StoreKind
  name: string
  outcome: { text: string | undefined } | { failure: unknown }
}

/** What the start-up has read, given out once. */
export interface FirstReads {
  /**
   * The store, whose first read of that entry gives what was read already: some platforms ask the
   * person at each read. A service that did not answer is asked again.
   */
  store(store: SecretStore): SecretStore
  /** The locks, which end it: what was read before a lock is held says nothing about what is there now. */
  locks<T extends Locks>(locks: T): T
}

export function createFirstReads(first: FirstRead | undefined): FirstReads {
  let left = first
  return {
    store: (store) =>
      first?.kind !== store.kind
        ? store
        : {
            ...store,
            async read(name) {
              const outcome = left?.name === name ? left.outcome : undefined
              if (left?.name === name) left = undefined
              if (outcome === undefined) return store.read(name)
              if ('text' in outcome) return outcome.text
              const known = told(outcome.failure)
              if (!known || known.code === 'store_no_answer') return store.read(name)
              throw new StoreError(known.message, known)
            },
          },
    locks: (locks) => ({
      ...locks,
      async acquire(name, options) {
        const release = await locks.acquire(name, options)
        left = undefined
        return release
      },
    }),
  }
}

// The start-up is a bundle of its own, so its error classes are not the ones of this program.
function told(failure: unknown): { message: string; code: string; hint: string } | undefined {
  if (!(failure instanceof Error) || !('exitCode' in failure) || failure.exitCode !== 7) {
    return undefined
  }
  const { code, hint } = failure as Error & { code?: unknown; hint?: unknown }
  if (typeof code !== 'string') return undefined
  return { message: failure.message, code, hint: typeof hint === 'string' ? hint : '' }
}
