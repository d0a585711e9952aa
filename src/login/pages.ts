import type { Context } from '../context.ts'
import { InterruptedError, OauthctlError } from '../errors/families.ts'
import type { Page } from '../loopback/page.ts'
import { loginCommand } from '../sessions/open-session.ts'
import type { SessionRecord } from '../sessions/record.ts'

/** The page for a login that was exchanged and stored. */
export function successPage(record: SessionRecord): Page {
  const account = record.username ?? record.sub
  return {
    kind: 'success',
    profile: record.profile,
    ...(account === undefined ? {} : { account }),
    ...(record.issuer === undefined ? {} : { issuer: record.issuer }),
  }
}

// What the server wrote never gets onto the page; these are our words for what happened.
const REASONS = new Map([
  ['access_denied', 'The access was not allowed.'],
  ['account_changed', 'Another account logged in than the one that this profile belongs to.'],
  ['id_token_invalid', 'The ID token of the server cannot be verified.'],
  ['issuer_mismatch', 'The answer came from another server than the one that was asked.'],
  ['login_timeout', 'It took too long.'],
])

const BY_EXIT: Record<number, string> = {
  3: 'The server wants another login.',
  4: 'The server refused the login.',
  5: 'The server did not give a usable answer.',
  7: 'The session could not be stored.',
}

/** The page for a login that came to nothing; the terminal has the details. */
export function failurePage(context: Context, error: unknown): Page {
  const known = error instanceof OauthctlError && !(error instanceof InterruptedError)
  const message =
    (known ? (REASONS.get(error.code) ?? BY_EXIT[error.exitCode]) : undefined) ??
    'Something went wrong after the login.'
  const switching = known && error.code === 'account_changed' ? ' --switch-account' : ''
  return {
    kind: 'failure',
    message: `${message} The terminal says more${context.profileExists ? '' : '; to try again, run the same command there'}.`,
    // A first login needs its options, which no page may guess at.
    ...(context.profileExists ? { command: `${loginCommand(context)}${switching}` } : {}),
  }
}
