import { resolveSettings } from '../config/resolve-settings.ts'
import type { Context } from '../context.ts'
import type { ExitCode } from '../errors/exit-codes.ts'
import { noSession } from '../sessions/access-token.ts'
import type { SessionRecord } from '../sessions/record.ts'
import { ownSessions } from '../sessions/list.ts'
import { loginCommand } from '../sessions/open-session.ts'
import { existingSession } from '../sessions/wish.ts'
import { endBrowserSession } from './end-session.ts'
import { logout, type LoggedOut } from './logout.ts'
import { printLogouts, revocationError } from './report.ts'

export interface LogoutOptions {
  all: boolean
  local: boolean
  endSession: boolean
  noBrowser: boolean
}

/** Logs out of the chosen profile, or of all that have a session, and says what became of each. */
export async function logoutProfiles(context: Context, options: LogoutOptions): Promise<ExitCode> {
  const contexts = options.all
    ? ownSessions(context).map(({ profile, store }) => forProfile(context, profile, store))
    : [context]
  const results: { profile: string; result: LoggedOut }[] = []
  for (const one of contexts) {
    const keeper = existingSession(one)
    let known: SessionRecord | undefined
    if (options.endSession) {
      known = await keeper.load()
      if (!known) throw noSession(loginCommand(one))
      await endBrowserSession(one, known, options.noBrowser)
    }
    const result = await logout(one, keeper, { local: options.local, known })
    results.push({ profile: one.profileName, result })
  }
  const exitCode = printLogouts(context.output, results, context.clock.now())
  for (const { result } of results) {
    const error = revocationError(result)
    if (error) throw error
  }
  return exitCode
}

/** The same run for another profile; the store is the one that its session is known to be in. */
function forProfile(context: Context, name: string, store: string): Context {
  const profile = context.profileFile.profiles[name]
  const settings = resolveSettings({ options: {}, env: context.env, profile, profileName: name })
  settings.values.store = store
  return {
    ...context,
    profileName: name,
    profileNamed: true,
    profileExists: profile !== undefined,
    settings,
  }
}
