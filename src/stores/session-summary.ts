import type { SessionSummary } from './session-index.ts'

const STORES = ['keychain', 'file', 'none'] as const

/** The text of an index file: snake_case names, times as RFC 3339 UTC under `_at`. */
export function printSummary(summary: SessionSummary): string {
  const members = {
    version: summary.version,
    id: summary.id,
    profile: summary.profile,
    issuer: summary.issuer,
    token_endpoint: summary.tokenEndpoint,
    client_id: summary.clientId,
    sub: summary.sub,
    username: summary.username,
    scope: summary.scope,
    expires_at: printTime(summary.expiresAt),
    obtained_at: printTime(summary.obtainedAt),
    refreshable: summary.refreshable,
    store: summary.store,
    revision: summary.revision,
  }
  return `${JSON.stringify(members, undefined, 2)}\n`
}

/** What an index file says, or undefined when it is damaged or of another version. */
export function parseSummary(text: string): SessionSummary | undefined {
  const members = parseObject(text)
  if (members?.['version'] !== 1) return undefined
  const { id, profile, client_id: clientId, scope, refreshable, revision } = members
  const store = STORES.find((kind) => kind === members['store'])
  if (typeof id !== 'string' || typeof profile !== 'string' || typeof clientId !== 'string') {
    return undefined
  }
  if (typeof scope !== 'string' || typeof revision !== 'string') return undefined
  if (typeof refreshable !== 'boolean' || store === undefined) return undefined
  return {
    version: 1,
    id,
    profile,
    clientId,
    scope,
    refreshable,
    store,
    revision,
    ...textMember('issuer', members['issuer']),
    ...textMember('tokenEndpoint', members['token_endpoint']),
    ...textMember('sub', members['sub']),
    ...textMember('username', members['username']),
    ...timeMember('expiresAt', members['expires_at']),
    ...timeMember('obtainedAt', members['obtained_at']),
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined
    return Object.fromEntries(Object.entries(parsed))
  } catch {
    return undefined
  }
}

function printTime(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString()
}

function textMember<K extends string>(key: K, value: unknown): { [P in K]?: string } {
  return typeof value === 'string' ? ({ [key]: value } as { [P in K]?: string }) : {}
}

function timeMember<K extends string>(key: K, value: unknown): { [P in K]?: number } {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? {} : ({ [key]: time } as { [P in K]?: number })
}
