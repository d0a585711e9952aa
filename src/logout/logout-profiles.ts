import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../errors/exit-codes.ts'
import { OauthctlError, UsageError } from '../errors/families.ts'
import { noSession } from '../sessions/access-token.ts'
import { ownSessions } from '../sessions/list.ts'
import { loginCommand } from '../sessions/open-session.ts'
import { existingSession } from '../sessions/wish.ts'
import { endBrowserSession } from './end-session.ts'
import { logout, type LoggedOut } from './logout.ts'
import { endSessionError, printLogouts, revocationError } from './report.ts'

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
  const sessions = options.all ? ownSessions(context) : [undefined]
  if (sessions.length === 0) context.output.note('Nobody is logged in')
  const results: { profile: string; result: LoggedOut }[] = []
  const failures: OauthctlError[] = []
  for (const session of sessions) {
    try {
      // The store is the one that the session is known to be in.
      const one = session ? context.forProfile(session.profile, { store: session.store }) : context
      const { result, browserError } = await endSession(one, options)
      results.push({ profile: one.profileName, result })
      for (const error of [revocationError(result), browserError]) if (error) failures.push(error)
    } catch (error) {
      if (!options.all || !(error instanceof OauthctlError)) throw error
      if (context.interruption.signal.aborted) throw error
      error.profile = session?.profile
      failures.push(error)
    }
  }
  printLogouts(context.output, results, {
    now: context.clock.now(),
    failed: failures.length > 0,
    single: !options.all,
  })
  const [first, ...others] = failures
  for (const { message } of others) context.output.warn(message)
  if (first) throw first
  return EXIT.done
}

async function endSession(
  context: Context,
  { endSession: inBrowser, local, noBrowser }: LogoutOptions,
): Promise<{ result: LoggedOut; browserError: OauthctlError | undefined }> {
  const keeper = existingSession(context)
  if (!inBrowser) {
    return { result: await logout(context, keeper, { local }), browserError: undefined }
  }
  const known = await keeper.load()
  if (!known) throw noSession(loginCommand(context))
  const browserError = await endBrowserSession(context, known, noBrowser).then(
    () => undefined,
    (error: unknown) => {
      // Wrong use is told before anything was done; whatever else fails, the session is forgotten.
      const isFailure = error instanceof OauthctlError && !(error instanceof UsageError)
      if (!isFailure || context.interruption.signal.aborted) throw error
      return endSessionError(error)
    },
  )
  return { result: await logout(context, keeper, { local, known }), browserError }
}
