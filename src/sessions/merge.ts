import type { TokenAnswer } from '../protocol/token-answer.ts'
import type { SessionRecord, StoredToken } from './record.ts'
import { selectorKey, type TokenSelector } from './selector.ts'

// Side tokens for other scopes or resources; the oldest go first.
const MAX_TOKENS = 8

/** The record with the successor of its refresh token; without one the old token stays (RFC 6749 section 6). */
export function withRefreshToken(
  record: SessionRecord,
  refreshToken: string | undefined,
): SessionRecord {
  return refreshToken === undefined ? record : { ...record, refreshToken }
}

/** A grant as the token that is stored for `selector`; `asked` is the scope where the server names none. */
export function storedToken(
  answer: TokenAnswer,
  selector: TokenSelector,
  asked: string,
): StoredToken {
  return {
    selector: selectorKey(selector),
    accessToken: answer.accessToken,
    tokenType: answer.tokenType,
    scope: answer.scope ?? asked,
    obtainedAt: answer.obtainedAt,
    ...(answer.expiresAt === undefined ? {} : { expiresAt: answer.expiresAt }),
    ...(selector.resource?.length ? { resource: selector.resource } : {}),
    ...(selector.audience ? { audience: selector.audience } : {}),
  }
}

/** The resources that the login's own token is for (RFC 8707). */
export function loginResource(record: SessionRecord): string[] | undefined {
  return record.tokens.find(({ selector }) => selector === '')?.resource
}

/** The record after a refresh: the token for `selector` replaced, all others kept beside it. */
export function applyGrant(
  record: SessionRecord,
  answer: TokenAnswer,
  selector: TokenSelector,
): { merged: SessionRecord; token: StoredToken } {
  const token = storedToken(answer, selector, selector.scope ?? record.scope)
  const main = record.tokens.find((one) => one.selector === '')
  const resource = selector.audience ? undefined : loginResource(record)
  if (resource) token.resource ??= resource
  if (token.selector === '' && main?.audience) token.audience ??= main.audience
  const others = record.tokens.filter((one) => one.selector !== token.selector)
  const [first, ...side] = token.selector === '' ? [token, ...others] : [...others, token]
  const kept = side.slice(-(MAX_TOKENS - 1))
  const merged: SessionRecord = {
    ...withRefreshToken(record, answer.refreshToken),
    tokens: first ? [first, ...kept] : kept,
  }
  if (token.selector === '') {
    merged.scope = token.scope
    if (answer.idToken !== undefined) merged.idToken = answer.idToken
  }
  return { merged, token }
}
