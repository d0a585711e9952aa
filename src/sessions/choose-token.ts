import type { SessionRecord, StoredToken } from './record.ts'
import { scopeSet, selectorKey, type TokenSelector } from './selector.ts'

/** The stored token that was asked for with the same selector. */
export function chooseToken(
  record: SessionRecord,
  selector: TokenSelector,
): StoredToken | undefined {
  const key = selectorKey(ownSelector(record, selector))
  return record.tokens.find((token) => token.selector === key)
}

/** Asking for exactly what the login asked for or was granted is asking for the token of the login. */
export function ownSelector(record: SessionRecord, selector: TokenSelector): TokenSelector {
  const main = record.tokens.find((token) => token.selector === '')
  if (!main || selectorKey(selector) === '') return selector
  const scopes = [main.scope, record.requestedScope].map((scope) => scopeSet(scope).join(' '))
  const same =
    (!selector.scope || scopes.includes(scopeSet(selector.scope).join(' '))) &&
    (!selector.resource || sameSet(selector.resource, main.resource)) &&
    (!selector.audience || selector.audience === main.audience)
  return same ? {} : selector
}

function sameSet(a: string[], b: string[] | undefined): boolean {
  return [...new Set(a)].toSorted().join(' ') === [...new Set(b)].toSorted().join(' ')
}
