import type { Output } from '../output/output.ts'
import { OauthctlError, ServerError } from '../errors/families.ts'
import { distance } from '../text/times.ts'
import type { LoggedOut } from './logout.ts'

/** One profile's logout in words, and what it means for the exit code. */
function logoutLine(profile: string, result: LoggedOut, now: number): string {
  if (result.kind === 'none') return `Nobody was logged in (profile ${profile})`
  const { server, record } = result
  switch (server.kind) {
    case 'revoked':
      return `Logged out (profile ${profile}); the server has revoked the tokens`
    case 'not_asked':
      return `Forgot the session (profile ${profile}); the server was not asked to revoke anything`
    case 'unsupported': {
      const expiresAt = record?.tokens[0]?.expiresAt
      const until =
        expiresAt === undefined ? '' : ` (the access token: ${distance(expiresAt, now)})`
      return `Forgot the session (profile ${profile}); the server revokes no tokens, so they stay valid until they expire${until}`
    }
    case 'failed':
      return `Forgot the session (profile ${profile}); its tokens may still be valid at the server`
  }
}

/** The error of a logout whose revocation failed (exit 5); the session is gone all the same. */
export function revocationError(result: LoggedOut): ServerError | undefined {
  if (result.kind === 'none' || result.server.kind !== 'failed') return undefined
  const cause = result.server.error
  const why = cause instanceof Error ? cause.message : 'no reason given'
  const oauth = cause instanceof OauthctlError ? cause.oauth : undefined
  return new ServerError(
    `the session is forgotten, but its tokens could not be revoked and may still be valid: ${why}`,
    {
      code: 'revocation_failed',
      hint: 'Revoke them on the web page of the server, or wait until they expire',
      ...(oauth ? { oauth } : {}),
      cause,
    },
  )
}

/** The error of a logout that left the browser logged in (exit 5); the session is gone all the same. */
export function endSessionError(cause: Error): ServerError {
  return new ServerError(
    `the session is forgotten, but the browser may still be logged in at the server: ${cause.message}`,
    { code: 'end_session_failed', hint: 'Log out on the web page of the server', cause },
  )
}

/** Prints the results of all profiles: on stderr when the command fails, whose stdout stays empty. */
export function printLogouts(
  output: Output,
  results: { profile: string; result: LoggedOut }[],
  { now, failed, single }: { now: number; failed: boolean; single: boolean },
): void {
  const lines = results.map(({ profile, result }) => logoutLine(profile, result, now))
  if (failed) {
    // The error of a single logout says it all.
    const [only] = single ? results : []
    const isTold = only?.result.kind === 'forgotten' && only.result.server.kind === 'failed'
    if (!isTold) for (const line of lines) output.note(line)
  } else if (output.json) {
    output.document({
      sessions: results.map(({ profile, result }) => ({
        profile,
        was_logged_in: result.kind !== 'none',
        revoked: result.kind === 'forgotten' && result.server.kind === 'revoked',
      })),
    })
  } else {
    for (const line of lines) output.result(line)
  }
}
