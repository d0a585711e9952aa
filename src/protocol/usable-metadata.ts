import type { AuthorizationServer } from 'oauth4webapi'

type Document = Record<string, unknown>

/**
 * The members of a metadata document that have the type which RFC 8414 section 2 gives them. A
 * server that writes a text for a list says nothing that could be relied on, so it counts as silent.
 */
export function usableMetadata(document: Document & { issuer: string }): AuthorizationServer {
  const usable: Document = {}
  for (const [name, value] of Object.entries(document)) {
    const kept = usableMember(name, value)
    if (kept !== undefined) usable[name] = kept
  }
  return { ...usable, issuer: document.issuer }
}

function usableMember(name: string, value: unknown): unknown {
  if (name.endsWith('_parameter_supported')) return typeof value === 'boolean' ? value : undefined
  if (name.endsWith('_supported')) {
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined
  }
  if (/_(endpoint|uri)$/.test(name)) return typeof value === 'string' ? value : undefined
  return value
}
