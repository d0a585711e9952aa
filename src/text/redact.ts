import { isSecretName, SECRET_NAME } from './secret-names.ts'

const HIDDEN = '[redacted]'

// A secret as part of an address, wherever in a text the address stands, and however often it was
// percent-encoded to be part of another address.
const IN_QUERY = new RegExp(
  String.raw`((?:[?&#](?:amp;)?|\\u0026|%(?:25)*(?:3f|26|23))${SECRET_NAME}(?:=|%(?:25)*3d))` +
    String.raw`(?:(?!%(?:25)*(?:26|23))[^&#\s"'<>\\])+`,
  'gi',
)

// A user name and a password in an address (RFC 3986 section 3.2.1).
const USER_INFO = /((?:\\?\/){2})[^\s/?#"'<>\\]*@/g

const SCHEME = '(?:Basic|Bearer|DPoP|Digest|Negotiate)'
const SCHEME_FIRST = new RegExp(`^${SCHEME} `, 'i')

// Credentials as a header has them (RFC 9110 section 11.4). Where a challenge is meant instead, a
// parameter's name stands in their place.
const CREDENTIALS = /\b(Basic|Bearer|DPoP)(\s+)(?![a-z_]+=)[\w.~+/-]{8,}=*/g

// A header on a line of its own, as in an answer that repeats the request.
const HEADER_LINE =
  /^((?:[<>*] ?)?(?:(?:proxy-)?authorization|(?:set-)?cookie|x-(?:auth-token|api-key)): *)\S.*$/gim

// A named value in text that is neither JSON nor a form as a whole: cut JSON, JSON in a string, HTML,
// a byte order mark before all of it.
const QUOTE = String.raw`(?:\\*["']|&quot;|&#0*3[49];)`
const VALUES = [
  String.raw`"(?:[^"\\]|\\.)*"?`,
  String.raw`'[^']*'?`,
  String.raw`\\+"[^"\\]*`,
  '(?:&quot;|&#0*3[49];)[^&]*',
  String.raw`\[[^\]]*\]?`,
  String.raw`\{[^}]*\}?`,
  String.raw`(?:${SCHEME}\s+)?[^\s"'&,;<>{}[\]\\]+`,
]
const NAMED_VALUE = new RegExp(
  String.raw`((?<![\w-])${SECRET_NAME}${QUOTE}?\s*[:=]\s*)(?:${VALUES.join('|')})`,
  'gi',
)

const FORM = /^[^\s=&:<>{}"']+=[^\s<>{}"']*$/

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
    return shown
      .replace(IN_QUERY, `$1${HIDDEN}`)
      .replace(USER_INFO, `$1${HIDDEN}@`)
      .replace(CREDENTIALS, `$1$2${HIDDEN}`)
      .replace(JWT, HIDDEN)
  }
  return {
    learn(secret) {
      // Shorter ones would blank out ordinary words; they are still hidden by name.
      if (!secret || secret.length < 8) return
      known = [...new Set([...known, ...spellings(secret)])].toSorted((a, b) => b.length - a.length)
    },
    text,
    url(url) {
      return text(
        url.replace(/([?#])([^#]*)/g, (_, mark: string, query: string) => mark + form(query)),
      )
    },
    header(name, value) {
      if (!isSecretName(name)) return text(this.url(value))
      return (SCHEME_FIRST.exec(value)?.[0] ?? '') + HIDDEN
    },
    body(body) {
      const whole = json(body) ?? (FORM.test(body) ? form(body) : undefined)
      if (whole !== undefined) return text(whole)
      return text(body.replace(HEADER_LINE, `$1${HIDDEN}`).replace(NAMED_VALUE, `$1${HIDDEN}`))
    },
  }
}

function form(value: string): string {
  return value
    .split('&')
    .map((pair) => {
      const [name = '', ...rest] = pair.split('=')
      return rest.length > 0 && isSecretName(decode(name)) ? `${name}=${HIDDEN}` : pair
    })
    .join('&')
}

/** JSON with what stands under a secret's name hidden whole, also in strings that are JSON or forms themselves. */
function json(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value !== 'object' || value === null) return undefined
    return JSON.stringify(value, (name, member: unknown) => {
      if (isSecretName(name) && member !== null) return HIDDEN
      if (typeof member !== 'string') return member
      return json(member) ?? (FORM.test(member) ? form(member) : member)
    })
  } catch {
    return undefined
  }
}

/** The secret as it can stand in an address, a form and a JSON string. */
function spellings(secret: string): string[] {
  const asForm = new URLSearchParams({ '': secret }).toString().slice(1)
  const encoded = [encodeURIComponent(secret), asForm]
  const lower = encoded.map((one) => one.replace(/%../g, (escape) => escape.toLowerCase()))
  return [secret, ...encoded, ...lower, JSON.stringify(secret).slice(1, -1)]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
