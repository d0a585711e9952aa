/** Which token of a session is wanted; nothing set means the token of the login itself. */
export interface TokenSelector {
  scope?: string | undefined
  resource?: string[] | undefined
  audience?: string | undefined
}

/**
 * A canonical text for what was asked: the same set of scopes and resources in any order gives the
 * same text. Empty when nothing was asked for.
 */
export function selectorKey({ scope, resource, audience }: TokenSelector): string {
  const parts: string[] = []
  const scopes = scopeSet(scope)
  if (scopes.length > 0) parts.push(`scope=${scopes.join(' ')}`)
  const resources = [...new Set(resource)].toSorted()
  if (resources.length > 0) parts.push(`resource=${resources.join(' ')}`)
  if (audience) parts.push(`audience=${audience}`)
  return parts.join('\n')
}

/** The scope values of a `scope` parameter, sorted, each once (RFC 6749 section 3.3). */
export function scopeSet(scope: string | undefined): string[] {
  return [...new Set((scope ?? '').split(/\s+/).filter(Boolean))].toSorted()
}

/** What was asked for and not granted. */
export function missingScopes(asked: string | undefined, granted: string): string[] {
  const have = new Set(scopeSet(granted))
  return scopeSet(asked).filter((scope) => !have.has(scope))
}
