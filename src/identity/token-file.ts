import { identityUnavailable } from './errors.ts'
import type { IdentityDeps } from './source.ts'

/** The text of a token file. Throws a `UsageError` `identity_unavailable` that names the file. */
export function readTokenFile(
  path: string,
  hint: string,
  { readFile }: Pick<IdentityDeps, 'readFile'>,
): string {
  let text: string
  try {
    text = readFile(path).trim()
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable'
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`
    throw identityUnavailable(`the token file ${path} ${why}`, hint, cause)
  }
  if (text) return text
  throw identityUnavailable(`the token file ${path} is empty`, hint)
}
