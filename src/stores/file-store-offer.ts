import { StoreError } from '../errors/families.ts'
import type { StoreKind } from '../ports/secret-store.ts'

const FAULTS = new Set(['store_locked', 'store_no_answer', 'store_unavailable'])

/**
 * What `use` gives; where the keychain cannot be used, its error with the file store as the other way
 * out. Only for what is to be stored anew: a session that lies in the keychain is in no file.
 */
export async function offeringFileStore<T>(
  { env, kind }: { env: Readonly<Record<string, string | undefined>>; kind: StoreKind },
  use: () => Promise<T>,
): Promise<T> {
  try {
    return await use()
  } catch (error) {
    const isMeant = error instanceof StoreError && kind === 'keychain' && FAULTS.has(error.code)
    if (!isMeant) throw error
    const hasKey = Boolean(env['OAUTHCTL_STORE_KEY'] || env['OAUTHCTL_STORE_KEY_FILE'])
    const files = hasKey
      ? 'or keep sessions in encrypted files: add --store file'
      : 'or keep sessions in encrypted files: export OAUTHCTL_STORE_KEY="$(openssl rand -base64 32)", then add --store file'
    const { code, retryable, cause } = error
    const hint = error.hint === undefined ? files : `${error.hint}; ${files}`
    throw new StoreError(error.message, { code, retryable, cause, hint })
  }
}
