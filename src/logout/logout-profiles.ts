import { resolveSettings } from '../config/resolve-settings.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../errors/exit-codes.ts'
import { OauthctlError } from '../errors/families.ts'
import { noSession } from '../sessions/access-token.ts'
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

/**
 * Logs out of the chosen profile, or of all that have a session, and says what became of each. With
 * `--all`, one that cannot be ended does not keep the others; the first failure is thrown at the end.
 */
export async function logoutProfiles(context: Context, options: LogoutOptions): Promise<ExitCode> {
  const contexts = options.all
    ? ownSessions(context).map(({ profile, store }) => forProfile(context, profile, store))
    : [context]
  const results: { profile: string; result: LoggedOut }[] = []
  const failures: unknown[] = []
  for (const one of contexts) {
    try {
      const result = await endSession(one, options)
      results.push({ profile: one.profileName, result })
      const error = revocationError(result)
      if (error) failures.push(error)
    } catch (error) {
      if (!options.all || !(error instanceof OauthctlError)) throw error
      if (context.interruption.signal.aborted) throw error
      failures.push(error)
    }
  }
  printLogouts(context.output, results, {
    now: context.clock.now(),
    failed: failures.length > 0,
  })
  if (failures.length > 0) throw failures[0]
  return EXIT.done
}

async function endSession(context: Context, options: LogoutOptions): Promise<LoggedOut> {
  const keeper = existingSession(context)
  if (options.endSession) {
    const record = await keeper.load()
    if (!record) throw noSession(loginCommand(context))
    await endBrowserSession(context, record, options.noBrowser)
  }
  return logout(context, keeper, options)
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
