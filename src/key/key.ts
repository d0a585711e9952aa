import { checkEntryName } from '../config/entry-names.ts'
import type { Context } from '../context.ts'
import { UsageError } from '../errors/families.ts'
import { generateKey } from '../keys/generate-key.ts'
import { publicKeySet } from '../keys/public-key-set.ts'
import { parseStoredKey, printStoredKey } from '../keys/stored-keys.ts'
import { table } from '../output/table.ts'
import { forgetEntry, keepEntry, listEntries, readEntry } from '../sessions/entries.ts'
import { missingEntry } from '../sessions/missing-entry.ts'
import { storeKind } from '../sessions/open-session.ts'
import { offeringFileStore } from '../stores/file-store-offer.ts'
import { rfc3339 } from '../text/times.ts'

/** Makes a client key and stores it. One of that name is replaced with `force` only. */
export async function makeKey(
  context: Context,
  given: string | undefined,
  options: { alg: string; force: boolean },
): Promise<void> {
  const { output } = context
  const name = keyName(context, given)
  const key = await generateKey(options.alg)
  const { alg, kid } = key
  const entry = { kind: 'key', name, text: printStoredKey(key), about: { alg, kid } } as const
  const store = await offeringFileStore({ env: context.env, kind: storeKind(context) }, () =>
    keepEntry(context, entry, { isNew: !options.force }),
  )
  if (store === undefined) {
    throw new UsageError(`there is a key "${name}" already`, {
      code: 'key_exists',
      hint: `Use another name; or replace it, after which the server refuses what it signs until it has the new one: oauthctl key generate ${name} --force`,
    })
  }
  if (output.json) {
    output.document({ name, alg, kid, store: store.kind, reference: `keychain:${name}` })
    return
  }
  output.note(`Made the ${alg} key ${name} (${kid}) in ${store.place}`)
  output.note(`Hand its public half to the server: oauthctl key public ${name}`)
  output.note(`Then authenticate with it: --client-key keychain:${name}`)
}

/** Lists the stored client keys. */
export function listKeys(context: Context): void {
  const { output } = context
  const keys = listEntries(context, 'key')
  if (output.json) {
    const document = keys.map(({ name, alg, kid, store, changedAt }) => ({
      name,
      alg,
      kid,
      store,
      created_at: rfc3339(changedAt),
    }))
    output.document({ keys: document })
  } else if (keys.length === 0) {
    output.note('There is no client key. Make one: oauthctl key generate NAME')
  } else {
    const rows = keys.map(({ name, alg = '', kid = '', store, changedAt }) => [
      name,
      alg,
      kid,
      store,
      rfc3339(changedAt),
    ])
    output.result(table(['name', 'algorithm', 'key id', 'store', 'created'], rows, output.width))
  }
}

/** Prints the JWK set of a client key's public half. */
export async function showPublicKey(context: Context, given: string | undefined): Promise<void> {
  const id = { kind: 'key', name: keyName(context, given) } as const
  const text = await readEntry(context, id)
  if (text === undefined) throw missingEntry(context, id)
  context.output.document(publicKeySet(parseStoredKey(text, id.name)))
}

/** Removes a client key from the store. */
export async function removeKey(context: Context, given: string): Promise<void> {
  const { output } = context
  const id = { kind: 'key', name: checkEntryName('key', given) } as const
  if (!(await forgetEntry(context, id))) throw missingEntry(context, id)
  if (output.json) output.document({ removed: id.name })
  else output.note(`Removed the key ${id.name}`)
}

// A key without a name of its own is the profile's, as its client secret is.
function keyName({ profileName }: Context, given: string | undefined): string {
  return checkEntryName('key', given ?? profileName)
}
