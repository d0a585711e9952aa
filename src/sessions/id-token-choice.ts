import { LoginRequiredError } from '../errors/families.ts'
import { isAlive, isFresh, type Lifetime } from './freshness.ts'
import { obtainToken, type TokenWish } from './access-token.ts'
import { forceRefresh } from './force-refresh.ts'
import type { SessionRecord } from './record.ts'

export interface ObtainedIdToken {
  record: SessionRecord
  idToken: string
  lifetime: Lifetime
}

/**
 * The session's ID token while it is fresh, else the one that a refresh brings. Its times stand in
 * the token itself; it was verified when it arrived.
 */
export async function obtainIdToken(wish: TokenWish): Promise<ObtainedIdToken> {
  const now = wish.clock.now()
  const found = fromRecord((await obtainToken(wish)).record, wish)
  if (isFresh(found.lifetime, now, wish.minTtl)) return found
  const renewed = fromRecord((await forceRefresh(wish)).record, wish)
  if (isAlive(renewed.lifetime, now)) return renewed
  throw new LoginRequiredError('the ID token has expired, and the server gives no new one', {
    code: 'id_token_expired',
    hint: `Log in again: ${wish.loginCommand}`,
  })
}

function fromRecord(record: SessionRecord, { loginCommand }: TokenWish): ObtainedIdToken {
  if (record.idToken === undefined) {
    throw new LoginRequiredError('the session has no ID token', {
      code: 'no_id_token',
      hint: `Ask for one: ${loginCommand} --scope "openid …"`,
    })
  }
  return { record, idToken: record.idToken, lifetime: lifetimeOf(record.idToken) }
}

function lifetimeOf(idToken: string): Lifetime {
  try {
    const payload = Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString('utf8')
    const { exp, iat } = JSON.parse(payload) as { exp?: unknown; iat?: unknown }
    return {
      ...(typeof exp === 'number' ? { expiresAt: exp * 1000 } : {}),
      ...(typeof iat === 'number' ? { obtainedAt: iat * 1000 } : {}),
    }
  } catch {
    return {}
  }
}
