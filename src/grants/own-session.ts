import type { Context } from '../context.ts'
import { obtainToken } from '../sessions/access-token.ts'
import { existingSession, tokenWish } from '../sessions/wish.ts'

/** The access token of the profile's own session, renewed when needed. */
export async function ownAccessToken(context: Context): Promise<string> {
  // Scope, resource and audience are those of the token that is wanted, not of the subject.
  const wish = { ...tokenWish(context, existingSession(context)), selector: {} }
  return (await obtainToken(wish)).token.accessToken
}
