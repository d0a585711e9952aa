import { StoreError } from '../errors/families.ts'
import type { SecretStore, StoreKind } from '../ports/secret-store.ts'

/** What reading the store gave, for the whole program, so that no entry is read twice. */
export interface FirstRead {
  kind: StoreKind
  name: string
  outcome: { text: string | undefined } | { failure: unknown }
}

/**
 * The store, whose first read of one entry gives what the start-up has read already: some platforms
 * ask the person at each read. A service that did not answer is asked again.
 */
export function withFirstRead(store: SecretStore, first: FirstRead | undefined): SecretStore {
  if (!first || first.kind !== store.kind) return store
  let left: FirstRead['outcome'] | undefined = first.outcome
  return {
    ...store,
    async read(name) {
      const outcome = name === first.name ? left : undefined
      left = name === first.name ? undefined : left
      if (outcome === undefined) return store.read(name)
      if ('text' in outcome) return outcome.text
      const known = told(outcome.failure)
      if (!known || known.code === 'store_no_answer') return store.read(name)
      throw new StoreError(known.message, known)
    },
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
