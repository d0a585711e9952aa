import { createHash, timingSafeEqual } from 'node:crypto'

/**
 * The parameters of an authorization response, without those that the redirect URI itself brought
 * along: the server keeps them (RFC 6749 section 3.1.2), and a preset `state` or `code` is not its word.
 */
export function responseParameters(text: string, preset: string): URLSearchParams {
  const left = [...new URLSearchParams(preset)]
  const parameters = new URLSearchParams()
  for (const [name, value] of new URLSearchParams(text)) {
    const at = left.findIndex((pair) => pair[0] === name && pair[1] === value)
    if (at === -1) parameters.append(name, value)
    else left.splice(at, 1)
  }
  return parameters
}

/** The first name that stands there twice, which RFC 6749 section 3.1 forbids. */
export function repeatedName(parameters: URLSearchParams): string | undefined {
  const seen = new Set<string>()
  for (const name of parameters.keys()) {
    if (seen.has(name)) return name
    seen.add(name)
  }
  return undefined
}

/** True when exactly one `state` is there and it is ours; takes the same time wherever they differ. */
export function hasState(parameters: URLSearchParams, state: string): boolean {
  const given = parameters.getAll('state')
  return given.length === 1 && timingSafeEqual(digest(given[0] ?? ''), digest(state))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
