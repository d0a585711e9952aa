import { ServerError } from '../errors/families.ts'

/** What a token endpoint granted, checked; times in epoch ms. */
export interface TokenAnswer {
  accessToken: string
  /** `Bearer` or as the server wrote it, in lower case where oauth4webapi returns it so. */
  tokenType: string
  expiresAt: number | undefined
  obtainedAt: number
  /** The granted scope; undefined when the server left it out because it is the requested one. */
  scope: string | undefined
  refreshToken: string | undefined
  idToken: string | undefined
}

/** Members of a checked token response. */
export interface TokenMembers {
  access_token: string
  token_type: string
  expires_in?: number
  scope?: string
  refresh_token?: string
  id_token?: string
}

/**
 * `sentAt` (epoch ms) is when the request went out: lifetimes count from there, so that a slow
 * answer never makes a token look longer-lived than it is.
 */
export function readTokenAnswer(members: TokenMembers, sentAt: number): TokenAnswer {
  checkTokenText(members.access_token, 'access token')
  if (members.id_token !== undefined) checkTokenText(members.id_token, 'ID token')
  if (members.token_type.toLowerCase() === 'dpop') throw needsProof()
  return {
    accessToken: members.access_token,
    tokenType: members.token_type.toLowerCase() === 'bearer' ? 'Bearer' : members.token_type,
    expiresAt: members.expires_in === undefined ? undefined : expiry(members.expires_in, sentAt),
    obtainedAt: sentAt,
    scope: members.scope,
    refreshToken: members.refresh_token,
    idToken: members.id_token,
  }
}

// RFC 3339 has years of four digits, and a time that cannot be written must not lose the token.
const LATEST = Date.parse('9999-12-31T23:59:59Z')

function expiry(seconds: number, sentAt: number): number {
  return Math.min(sentAt + Math.floor(seconds * 1000), LATEST)
}

/** Such a token is worth nothing without the key that it is bound to (RFC 9449 section 5). */
function needsProof(): ServerError {
  return new ServerError('the server gave a DPoP token, which works with a proof of its key only', {
    code: 'token_type_unsupported',
    hint: 'Have the client registered for bearer tokens; oauthctl makes no DPoP proofs',
  })
}

const FORMS = {
  /** `b64token`. */
  'access token': { pattern: /^[A-Za-z0-9\-._~+/]+=*$/, section: 'RFC 6750 section 2.1' },
  /** The compact form of a JWS or a JWE. */
  'ID token': { pattern: /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)+$/, section: 'RFC 7515 section 3.1' },
}

/**
 * Refuses a token that has other characters than its form allows: they could break out of a header,
 * a shell line or a terminal.
 */
export function checkTokenText(token: string, what: keyof typeof FORMS): void {
  const { pattern, section } = FORMS[what]
  if (pattern.test(token)) return
  throw new ServerError(`the ${what} has characters that none may have`, {
    code: 'token_malformed',
    hint: `Tell the operator of the server (${section})`,
  })
}
