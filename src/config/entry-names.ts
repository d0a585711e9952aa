import { UsageError } from '../errors/families.ts'
import type { EntryKind } from '../ports/secret-store.ts'
import { storedName, type Paths } from './paths.ts'

const NAME = /^[A-Za-z0-9._-]+$/

/** The name in the store: `secret:NAME`, `key:NAME`; `@HASH` behind it as for sessions. */
export function entryName(kind: EntryKind, name: string, paths: Paths): string {
  return `${kind}:${storedName(name, paths)}`
}

/** The name as it is; throws a `UsageError` `name_invalid` for one that no entry can have. */
export function checkEntryName(kind: EntryKind, name: string): string {
  if (NAME.test(name)) return name
  throw new UsageError(`"${name}" cannot be the name of a ${kind}`, {
    code: 'name_invalid',
    hint: 'A name is made of letters, digits, dot, underscore and hyphen',
  })
}
