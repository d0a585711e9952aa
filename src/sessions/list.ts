import { storedName } from '../config/paths.ts'
import type { Context } from '../context.ts'
import type { SessionSummary } from '../stores/session-index.ts'

/**
 * The profiles that somebody is logged in to, where a command named none and nothing says which is
 * meant: no default profile, and no profile of the name that stands in for it.
 */
export function otherSessions(context: Context): string[] {
  const { profileNamed, profileExists, profileFile } = context
  const isChosen = profileNamed || profileExists || profileFile.defaultProfile !== undefined
  return isChosen ? [] : ownSessions(context).map(({ profile }) => profile)
}

/** The sessions that belong to this run's profile file, by the index alone. */
export function ownSessions({ index, paths }: Context): SessionSummary[] {
  return index.list().filter(({ id, profile }) => id === storedName(profile, paths))
}
