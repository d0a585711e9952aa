import { UsageError } from '../errors/families.ts'

/** How a secret is named without being written (see `parseSecretReference`). */
export type SecretReference =
  | { kind: 'env'; name: string }
  | { kind: 'file'; path: string }
  | { kind: 'keychain'; name: string }
  | { kind: 'cmd'; command: string }
  | { kind: 'stdin' }
  | { kind: 'prompt' }

/**
 * Reads `env:NAME`, `file:PATH`, `keychain:NAME`, `cmd:COMMAND`, `-` or `prompt`. Anything else is
 * taken for a literal secret and refused without repeating it; `spelling` is how the user named the
 * setting (`--client-secret`).
 */
export function parseSecretReference(text: string, spelling: string): SecretReference {
  const reference = readSecretReference(text)
  if (reference) return reference
  throw new UsageError(`${spelling} takes a reference to a secret, not the secret itself`, {
    code: 'literal_secret',
    hint: `Write it like: ${written(spelling)} (or file:PATH, keychain:NAME, cmd:COMMAND, - for standard input, prompt)`,
  })
}

// An option, a member of the profile file (`"client_secret"`, `work.client_secret`), or else a
// variable or a key of `profile set`.
function written(spelling: string): string {
  if (spelling.startsWith('-')) return `${spelling} env:MY_SECRET`
  const member = /^(?:"|.*\.)(\w+)"?$/.exec(spelling)?.[1]
  return member === undefined
    ? `${spelling}=env:MY_SECRET`
    : `"${member}": "env:MY_SECRET" in the profile file`
}

/** The same, or undefined for what is no reference. */
export function readSecretReference(text: string): SecretReference | undefined {
  if (text === '-') return { kind: 'stdin' }
  if (text === 'prompt') return { kind: 'prompt' }
  const found = /^(env|file|keychain|cmd):([\s\S]+)$/.exec(text)
  const [, kind, rest = ''] = found ?? []
  switch (kind) {
    case 'env':
      return { kind, name: rest }
    case 'file':
      return { kind, path: rest }
    case 'keychain':
      return { kind, name: rest }
    case 'cmd':
      return { kind, command: rest }
    default:
      return undefined
  }
}

/** True for references that can be used again later, so that a profile may hold them. */
export function isLasting(reference: SecretReference): boolean {
  return reference.kind !== 'stdin' && reference.kind !== 'prompt'
}
