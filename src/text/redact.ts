const HIDDEN = '[redacted]'

// Parameters and members that carry a credential, in requests, answers and addresses.
const SECRET_NAMES = new Set([
  'access_token',
  'actor_token',
  'assertion',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'device_code',
  'id_token',
  'id_token_hint',
  'login_hint_token',
  'logout_token',
  'password',
  'refresh_token',
  'registration_access_token',
  'request',
  'response',
  'software_statement',
  'subject_token',
  'token',
  'user_code',
])

const SECRET_HEADERS = new Set([
  'authorization',
  'cookie',
  'dpop',
  'proxy-authorization',
  'set-cookie',
])

const NAMES = [...SECRET_NAMES].join('|')

// A secret as part of an address, wherever in a text the address stands.
const IN_QUERY = new RegExp(`([?&#](?:${NAMES})=)[^&#\\s"'<>\\\\]+`, 'gi')

// A named value in text that is neither JSON nor a form as a whole: cut JSON, HTML, a byte order mark.
const NAMED_VALUE = new RegExp(
  `((?<![\\w-])(?:${NAMES})["']?\\s*[:=]\\s*)("(?:[^"\\\\]|\\\\.)*"?|'[^']*'?|[^\\s"'&,;<>{}[\\]]+)`,
  'gi',
)

const JWT = /\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){1,4}/g

/** Takes secrets out of everything that is shown: exchanges, errors, warnings. */
export interface Redactor {
  /** Remembers a secret of this run, so that it disappears wherever it turns up. */
  learn(secret: string | undefined): void
  text(text: string): string
  url(url: string): string
  header(name: string, value: string): string
  /** A request or answer body: JSON and form bodies by member name, any other text by pattern. */
  body(body: string): string
}

export function createRedactor(): Redactor {
  // Longest first: of two secrets that begin alike, the shorter one must not leave the other's end.
  let known: string[] = []
  const text = (value: string): string => {
    let shown = value
    for (const secret of known) shown = shown.replaceAll(secret, HIDDEN)
    return shown.replace(IN_QUERY, `$1${HIDDEN}`).replace(JWT, HIDDEN)
  }
  const form = (value: string): string =>
    value
      .split('&')
      .map((pair) => {
        const [name = '', ...rest] = pair.split('=')
        const secret = rest.length > 0 && SECRET_NAMES.has(decode(name).toLowerCase())
        return secret ? `${name}=${HIDDEN}` : pair
      })
      .join('&')
  return {
    learn(secret) {
      // Shorter ones would blank out ordinary words; they are still hidden by name.
      if (!secret || secret.length < 8) return
      known = [...new Set([...known, ...spellings(secret)])].toSorted((a, b) => b.length - a.length)
    },
    text,
    url(url) {
      return text(
        url
          .replace(/\/\/[^/?#@]*@/, `//${HIDDEN}@`)
          .replace(/([?#])([^#]*)/g, (_, mark: string, query: string) => mark + form(query)),
      )
    },
    header(name, value) {
      if (!SECRET_HEADERS.has(name.toLowerCase())) return text(this.url(value))
      const scheme = /^(Basic|Bearer|DPoP|Digest|Negotiate) /i.exec(value)?.[0] ?? ''
      return scheme + HIDDEN
    },
    body(body) {
      const json = redactedJson(body)
      if (json !== undefined) return text(json)
      const isForm = /^[^\s=&:<>{}"']+=[^\s<>{}"']*$/.test(body)
      return text(isForm ? form(body) : body.replace(NAMED_VALUE, `$1${HIDDEN}`))
    },
  }
}

function redactedJson(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value !== 'object' || value === null) return undefined
    return JSON.stringify(value, (name, member: unknown) =>
      SECRET_NAMES.has(name.toLowerCase()) && isValue(member) ? HIDDEN : member,
    )
  } catch {
    return undefined
  }
}

// Objects are looked into; everything else under a secret's name is hidden whole.
function isValue(member: unknown): boolean {
  return member !== null && (typeof member !== 'object' || Array.isArray(member))
}

/** The secret as it can stand in an address, a form and a JSON string. */
function spellings(secret: string): string[] {
  const form = new URLSearchParams({ '': secret }).toString().slice(1)
  return [secret, encodeURIComponent(secret), form, JSON.stringify(secret).slice(1, -1)]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
