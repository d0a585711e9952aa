import { unknownProfile } from '../config/profile-choice.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../errors/exit-codes.ts'
import { table } from '../output/table.ts'
import { noSession } from '../sessions/access-token.ts'
import { ownSessions } from '../sessions/list.ts'
import { loginCommand } from '../sessions/open-session.ts'
import type { SessionSummary } from '../stores/session-index.ts'
import { distance, rfc3339 } from '../text/times.ts'

const HEADINGS = ['profile', 'issuer', 'who', 'scopes', 'expires', 'refreshable', 'store']

/** Shows the sessions of the profile file, or of one profile, from the index without secrets. */
export function showStatus(context: Context): ExitCode {
  const { output, profileName, profileNamed, clock } = context
  // A refresh token that will not be sent again renews nothing, whatever the index knows of it.
  const all = ownSessions(context).map((session) => ({
    ...session,
    refreshable: session.refreshable && !context.journal.isExhausted(session.id),
  }))
  const shown = profileNamed ? all.filter(({ profile }) => profile === profileName) : all
  if (profileNamed && shown.length === 0) {
    if (!context.profileExists) throw unknownProfile(profileName, context.profileFile)
    throw noSession(loginCommand(context))
  }
  if (output.json) {
    output.document({ sessions: shown.map(sessionDocument) })
  } else if (shown.length === 0) {
    output.note('Nobody is logged in. Log in with: oauthctl login --issuer URL --client-id ID')
  } else {
    const rows = shown.map((session) => row(session, clock.now()))
    output.result(table(HEADINGS, rows, output.width))
  }
  return EXIT.done
}

function row(session: SessionSummary, now: number): string[] {
  const { expiresAt } = session
  const expires = expiresAt === undefined ? 'unknown' : distance(expiresAt, now)
  return [
    session.profile,
    session.issuer ?? session.tokenEndpoint ?? '',
    session.username ?? session.sub ?? '',
    session.scope,
    expiresAt !== undefined && expiresAt <= now ? `expired ${expires}` : expires,
    session.refreshable ? 'yes' : 'no',
    session.store,
  ]
}

function sessionDocument(session: SessionSummary): Record<string, unknown> {
  const { expiresAt } = session
  return {
    profile: session.profile,
    issuer: session.issuer,
    client_id: session.clientId,
    sub: session.sub,
    scope: session.scope,
    expires_at: expiresAt === undefined ? undefined : rfc3339(expiresAt),
    refreshable: session.refreshable,
    store: session.store,
  }
}
