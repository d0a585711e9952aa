import { ServerError } from '../errors/families.ts'
import { PROFILE } from '../errors/hints.ts'
import { readJwtPayload } from '../text/jwt-payload.ts'
import type { SessionRecord } from './record.ts'

interface IdentityClaims {
  iss: string
  sub: string
  aud: string | string[]
}

/**
 * A refreshed ID token speaks of the same person, issuer and client as the first one (OpenID Connect
 * Core section 12.2). Throws a `ServerError` `refreshed_identity_changed`.
 */
export function checkSameIdentity(record: SessionRecord, claims: IdentityClaims | undefined): void {
  if (!claims) return
  // The stored ID token was verified when it arrived.
  const first: Partial<IdentityClaims> = readJwtPayload(record.idToken ?? '')
  const expected = {
    iss: first.iss ?? record.issuer,
    sub: first.sub ?? record.sub,
    aud: first.aud === undefined ? undefined : audience(first.aud),
  }
  const found = { iss: claims.iss, sub: claims.sub, aud: audience(claims.aud) }
  for (const name of ['iss', 'sub', 'aud'] as const) {
    if (expected[name] !== undefined && expected[name] !== found[name]) {
      throw new ServerError(`the refreshed ID token has another "${name}" than the login`, {
        code: 'refreshed_identity_changed',
        hint: `The new access token was not taken over. Log in again: oauthctl login ${PROFILE}`,
      })
    }
  }
}

function audience(aud: string | string[]): string {
  return JSON.stringify([aud].flat().toSorted())
}
