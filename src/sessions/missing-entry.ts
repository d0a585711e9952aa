import type { Context } from '../context.ts'
import { UsageError } from '../errors/families.ts'
import { type EntryId, listEntries } from './entries.ts'
import { storeKind } from './open-session.ts'

/** The error for an entry that the store of this run does not have; says where it is, if known. */
export function missingEntry(context: Context, { kind, name }: EntryId): UsageError {
  const known = listEntries(context, kind)
  const elsewhere = known.find((one) => one.name === name && one.store !== storeKind(context))
  const names = [...new Set(known.map((one) => one.name))]
  const list = names.length === 0 ? '' : `; there is: ${names.join(', ')}`
  return new UsageError(`there is no ${kind} "${name}" in this store`, {
    code: `${kind}_unknown`,
    hint: elsewhere
      ? `It is in the other one: --store ${elsewhere.store}`
      : `See what there is: oauthctl ${kind} list${list}`,
  })
}
