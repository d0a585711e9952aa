import type { Context } from '../context.ts'
import type { StoreKind } from '../ports/secret-store.ts'
import type { SessionRecord } from './record.ts'
import { distance, rfc3339 } from '../text/times.ts'
import { visible } from '../text/visible.ts'

export interface SessionReport {
  record: SessionRecord
  scopeRefused: string[]
  notRefreshableBecause: string | undefined
  keeper: { storeKind: StoreKind }
}

/** The JSON document of `login` and `refresh`. */
export function sessionDocument({ record, scopeRefused, keeper }: SessionReport): unknown {
  const expiresAt = mainToken(record)?.expiresAt
  return {
    profile: record.profile,
    issuer: record.issuer,
    client_id: record.clientId,
    sub: record.sub,
    username: record.username,
    scope: record.scope,
    scope_refused: scopeRefused.length > 0 ? scopeRefused.join(' ') : undefined,
    expires_at: expiresAt === undefined ? undefined : rfc3339(expiresAt),
    refreshable: record.refreshToken !== undefined,
    store: keeper.storeKind,
  }
}

/** The same for people; `title` is 'Logged in' or what else was done. */
export function sessionLines(title: string, report: SessionReport, context: Context): string[] {
  const { record, scopeRefused, keeper } = report
  const { outStyle } = context.output
  const who = record.username ?? record.sub
  const expiresAt = mainToken(record)?.expiresAt
  const now = context.clock.now()
  const fact = (name: string, value: string): string => `  ${name.padEnd(9)} ${value}`
  const lines = [
    `${outStyle('green', '✓')} ${title}${who ? ` as ${outStyle('bold', visible(who))}` : ''} (profile ${record.profile})`,
    fact('server', visible(record.issuer ?? record.tokenEndpoint ?? '')),
    fact('scopes', visible(record.scope) || 'as the server decides'),
  ]
  if (scopeRefused.length > 0) lines.push(fact('refused', visible(scopeRefused.join(' '))))
  lines.push(
    fact(
      'expires',
      expiresAt === undefined
        ? 'the server does not say when'
        : `${distance(expiresAt, now)} (${rfc3339(expiresAt)})`,
    ),
    fact(
      'renewal',
      report.notRefreshableBecause === undefined
        ? 'by itself, with the refresh token'
        : `not possible: ${report.notRefreshableBecause}`,
    ),
    fact('stored in', PLACES[keeper.storeKind]),
  )
  return lines
}

const PLACES: Record<StoreKind, string> = {
  keychain: 'the OS keychain',
  file: 'an encrypted file',
  none: 'nothing; the session is forgotten (--store none)',
}

function mainToken(record: SessionRecord): SessionRecord['tokens'][number] | undefined {
  return record.tokens.find((token) => token.selector === '')
}
