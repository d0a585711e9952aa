import { storedName } from '../config/paths.ts'
import type { Context } from '../context.ts'
import type { SessionSummary } from '../stores/session-index.ts'

/** The sessions that belong to this run's profile file, by the index alone. */
export function ownSessions({ index, paths }: Context): SessionSummary[] {
  return index.list().filter(({ id, profile }) => id === storedName(profile, paths))
}
