/** One challenge of a `WWW-Authenticate` header (RFC 9110 section 11.6.1): a server's own text. */
export interface Challenge {
  /** In lower case. */
  scheme: string
  /** By names in lower case; the first of a name counts. */
  parameters: Map<string, string>
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const PARAMETER = new RegExp(
  `[\\s,]*(${TOKEN})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s",]+))`,
  'y',
)
const SCHEME = new RegExp(`[\\s,]*(${TOKEN})(?: +[A-Za-z0-9._~+/-]+=*(?=\\s*(?:,|$)))?`, 'y')

/** Reads the values of all `WWW-Authenticate` headers; what cannot be read ends a header's list. */
export function readChallenges(values: readonly string[]): Challenge[] {
  return values.flatMap((value) => {
    const found: Challenge[] = []
    for (let at = 0; at < value.length;) {
      PARAMETER.lastIndex = at
      const parameter = found.length > 0 ? PARAMETER.exec(value) : null
      SCHEME.lastIndex = at
      const step = parameter ?? SCHEME.exec(value)
      if (!step) break
      at += step[0].length
      const name = (step[1] ?? '').toLowerCase()
      if (!parameter) found.push({ scheme: name, parameters: new Map() })
      else {
        const parameters = found.at(-1)?.parameters
        const text = parameter[2]?.replace(/\\(.)/gs, '$1') ?? parameter[3] ?? ''
        if (parameters && !parameters.has(name)) parameters.set(name, text)
      }
    }
    return found
  })
}

/** The challenge that tells what is wrong with the token (RFC 6750 section 3, RFC 9449 section 7.1). */
export function tokenChallenge(headers: readonly [string, string][]): Challenge | undefined {
  const values = headers
    .filter(([name]) => name.toLowerCase() === 'www-authenticate')
    .map(([, value]) => value)
  const ours = readChallenges(values).filter(({ scheme }) => /^(bearer|dpop)$/.test(scheme))
  return ours.find(({ parameters }) => parameters.has('error')) ?? ours[0]
}
