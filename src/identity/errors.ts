import { ServerError, UsageError } from '../errors/families.ts'
import { visible } from '../text/visible.ts'
import type { Variables } from './source.ts'

/** There is no identity to be had here; `hint` names the setting that brings one. */
export function identityUnavailable(message: string, hint: string, cause?: unknown): UsageError {
  return new UsageError(message, { code: 'identity_unavailable', hint, cause })
}

/** The platform was asked and said no; `said` is its own text. */
export function identityRefused(
  title: string,
  { status, said, hint }: { status: string; said: string; hint: string },
  retryable = false,
): ServerError {
  const quoted = said ? `: "${visible(said, 300)}"` : ''
  return new ServerError(`${title} gave no identity token (${status})${quoted}`, {
    code: 'identity_refused',
    hint,
    retryable,
  })
}

/** What a platform answered or wrote is not what its documentation promises. */
export function identityMalformed(title: string, what: string): ServerError {
  return new ServerError(`${title} ${what}`, {
    code: 'identity_malformed',
    hint: 'Add -v to see the exchange; another way to the token: --identity cmd:COMMAND',
  })
}

/** The value of a variable without which the platform gives no identity. */
export function requireVariable(
  env: Variables,
  name: string,
  { title, hint }: { title: string; hint: string },
): string {
  const value = env[name]
  if (value) return value
  throw identityUnavailable(`${title} offers this job no identity token: ${name} is not set`, hint)
}
