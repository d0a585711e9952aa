// What a store keeps for one session, and its text form. Used by the start-up fast path too, so it
// imports nothing but the errors and their words.
import { StoreError } from '../errors/families.ts'
import { FORGET_SESSION } from '../stores/remedy.ts'

/** One access token with what was asked for it. Times in epoch ms. */
export interface StoredToken {
  /** What was asked for, see `selectorKey`; empty for the token of the login itself. */
  selector: string
  accessToken: string
  tokenType: string
  /** The granted scope. */
  scope: string
  resource?: string[]
  audience?: string
  expiresAt?: number
  obtainedAt: number
}

export interface SessionRecord {
  /** Changes with every write. */
  revision: string
  profile: string
  /** The server that all of this belongs to: its issuer, and its token endpoint where it has none. */
  issuer?: string
  tokenEndpoint?: string
  /** The endpoints that the login was given by hand, by setting name. */
  endpoints?: Record<string, string>
  clientId: string
  sub?: string
  username?: string
  /** The granted scope of the login. */
  scope: string
  /** The scope that the login asked for; absent when it named none. */
  requestedScope?: string
  refreshToken?: string
  /** The error code with which the server ended the session. */
  ended?: string
  idToken?: string
  tokens: StoredToken[]
}

const VERSION = 1

export function encodeRecord(record: SessionRecord): string {
  return JSON.stringify({
    version: VERSION,
    revision: record.revision,
    profile: record.profile,
    issuer: record.issuer,
    token_endpoint: record.tokenEndpoint,
    endpoints: record.endpoints,
    client_id: record.clientId,
    sub: record.sub,
    username: record.username,
    scope: record.scope,
    requested_scope: record.requestedScope,
    refresh_token: record.refreshToken,
    ended: record.ended,
    id_token: record.idToken,
    tokens: record.tokens.map((token) => ({
      selector: token.selector,
      access_token: token.accessToken,
      token_type: token.tokenType,
      scope: token.scope,
      resource: token.resource,
      audience: token.audience,
      expires_at:
        token.expiresAt === undefined ? undefined : new Date(token.expiresAt).toISOString(),
      obtained_at: new Date(token.obtainedAt).toISOString(),
    })),
  })
}

/**
 * Reads a stored session. Throws a `StoreError`: `store_newer_version` for a record that a later
 * release wrote, `store_damaged` for anything that is no record; `name` is for the message only.
 */
export function decodeRecord(text: string, name: string): SessionRecord {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw damaged(name)
  }
  if (!isObject(value)) throw damaged(name)
  const version = value['version']
  if (typeof version === 'number' && version > VERSION) {
    throw new StoreError(
      `the stored session "${name}" was written by a newer release of oauthctl (format ${version})`,
      { code: 'store_newer_version', hint: 'Nothing was changed; update oauthctl' },
    )
  }
  const [revision, profile, clientId] = [value['revision'], value['profile'], value['client_id']]
  const tokens = value['tokens']
  if (version !== VERSION || !isText(revision) || !isText(profile) || !isText(clientId)) {
    throw damaged(name)
  }
  if (!Array.isArray(tokens)) throw damaged(name)
  return {
    revision,
    profile,
    clientId,
    scope: isText(value['scope']) ? value['scope'] : '',
    ...optional('issuer', value['issuer']),
    ...optional('tokenEndpoint', value['token_endpoint']),
    ...(isObject(value['endpoints']) ? { endpoints: texts(value['endpoints']) } : {}),
    ...optional('requestedScope', value['requested_scope']),
    ...optional('sub', value['sub']),
    ...optional('username', value['username']),
    ...optional('refreshToken', value['refresh_token']),
    ...optional('ended', value['ended']),
    ...optional('idToken', value['id_token']),
    tokens: tokens.map((token) => decodeToken(token, name)),
  }
}

function decodeToken(value: unknown, name: string): StoredToken {
  if (!isObject(value)) throw damaged(name)
  const { selector, scope, resource } = value
  const accessToken = value['access_token']
  const obtainedAt = Date.parse(String(value['obtained_at']))
  if (!isText(selector) || !isText(accessToken) || Number.isNaN(obtainedAt)) throw damaged(name)
  const expiresAt = Date.parse(String(value['expires_at']))
  return {
    selector,
    accessToken,
    tokenType: isText(value['token_type']) ? value['token_type'] : 'Bearer',
    scope: isText(scope) ? scope : '',
    ...(Array.isArray(resource) ? { resource: resource.map(String) } : {}),
    ...optional('audience', value['audience']),
    ...(Number.isNaN(expiresAt) ? {} : { expiresAt }),
    obtainedAt,
  }
}

function damaged(name: string): StoreError {
  return new StoreError(`the stored session "${name}" is damaged`, {
    code: 'store_damaged',
    hint: FORGET_SESSION,
  })
}

function optional<K extends string>(name: K, value: unknown): { [P in K]?: string } {
  return (isText(value) ? { [name]: value } : {}) as { [P in K]?: string }
}

function texts(members: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(members).filter((member): member is [string, string] => isText(member[1])),
  )
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
