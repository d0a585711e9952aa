/** A token's times, epoch ms. */
export interface Lifetime {
  expiresAt?: number
  obtainedAt?: number
}

const DEFAULT_MIN_TTL = 60

/**
 * True while a token may still be handed out: with `minTtl` seconds left, by default 60 or a fifth of
 * its lifetime where that is less. A token of unknown expiry is used until it is refused.
 */
export function isFresh(token: Lifetime, now: number, minTtl: number | undefined): boolean {
  if (token.expiresAt === undefined) return true
  return token.expiresAt - now > threshold(token, minTtl) * 1000
}

/** True while the server would still accept the token. */
export function isAlive(token: Lifetime, now: number): boolean {
  return token.expiresAt === undefined || token.expiresAt > now
}

function threshold(token: Lifetime, minTtl: number | undefined): number {
  if (minTtl !== undefined) return minTtl
  if (token.expiresAt === undefined || token.obtainedAt === undefined) return DEFAULT_MIN_TTL
  return Math.min(DEFAULT_MIN_TTL, (token.expiresAt - token.obtainedAt) / 5000)
}
