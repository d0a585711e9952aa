import { LoginRequiredError } from '../errors/families.ts'
import { readJwtPayload } from '../text/jwt-payload.ts'
import { isAlive, isFresh, type Lifetime } from './freshness.ts'
import { isPassing, loadSession, type TokenWish } from './access-token.ts'
import { forceRefresh } from './force-refresh.ts'
import type { SessionRecord } from './record.ts'

export interface ObtainedIdToken {
  record: SessionRecord
  idToken: string
  lifetime: Lifetime
}

/**
 * The session's ID token while it is fresh, else the one that a refresh brings, however many
 * processes ask at once. Its times stand in the token itself; it was verified when it arrived.
 */
export async function obtainIdToken(wish: TokenWish): Promise<ObtainedIdToken> {
  const { clock, minTtl } = wish
  const isDue = ({ lifetime }: ObtainedIdToken): boolean => !isFresh(lifetime, clock.now(), minTtl)
  const stored = fromRecord(await loadSession(wish), wish)
  // One that another process got meanwhile is what the server gives out now.
  const isEnough = (found: ObtainedIdToken): boolean =>
    !isDue(found) || (found.idToken !== stored.idToken && isAlive(found.lifetime, clock.now()))
  if (!isDue(stored)) return stored
  try {
    const { record } = await forceRefresh(wish, {
      known: stored.record,
      isEnough: (found) => isEnough(fromRecord(found, wish)),
    })
    const renewed = fromRecord(record, wish)
    if (!isAlive(renewed.lifetime, clock.now())) throw expired(wish)
    if (isDue(renewed)) wish.warn('the ID token lives shorter than --min-ttl asks for')
    return renewed
  } catch (error) {
    if (!isPassing(error) || !isAlive(stored.lifetime, clock.now())) throw error
    wish.warn(`the ID token could not be refreshed (${error.message}); it is still valid`)
    return stored
  }
}

/** The ID token of a session, if it has one. */
export function storedIdToken(record: SessionRecord): ObtainedIdToken | undefined {
  const { idToken } = record
  return idToken === undefined ? undefined : { record, idToken, lifetime: lifetimeOf(idToken) }
}

function fromRecord(record: SessionRecord, { loginCommand }: TokenWish): ObtainedIdToken {
  const stored = storedIdToken(record)
  if (stored) return stored
  throw new LoginRequiredError('the session has no ID token', {
    code: 'no_id_token',
    hint: `Ask for one: ${loginCommand} --scope "openid …"`,
  })
}

function expired({ loginCommand }: TokenWish): LoginRequiredError {
  return new LoginRequiredError('the ID token has expired, and the server gives no new one', {
    code: 'id_token_expired',
    hint: `Log in again: ${loginCommand}`,
  })
}

function lifetimeOf(idToken: string): Lifetime {
  const { exp, iat } = readJwtPayload(idToken)
  return {
    ...(typeof exp === 'number' ? { expiresAt: exp * 1000 } : {}),
    ...(typeof iat === 'number' ? { obtainedAt: iat * 1000 } : {}),
  }
}
