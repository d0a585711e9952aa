import { UsageError } from '../errors/families.ts'

export type Headers = [string, string][]

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
// oxlint-disable-next-line no-control-regex -- naming the control characters is the point
const UNSAFE = /[\u0000-\u0008\u000a-\u001f\u007f]/

// The token goes to the host that was checked, in a message whose end only the transport tells.
const OURS: Readonly<Record<string, string>> = {
  authorization: 'oauthctl sends its token there',
  connection: 'it belongs to the connection',
  'content-length': 'it follows from the body',
  expect: 'it belongs to the connection',
  host: 'it follows from the address',
  'keep-alive': 'it belongs to the connection',
  'proxy-authorization': 'a proxy gets its password from HTTPS_PROXY',
  'proxy-connection': 'it belongs to the connection',
  te: 'it belongs to the connection',
  trailer: 'it follows from the body',
  'transfer-encoding': 'it follows from the body',
  upgrade: 'it belongs to the connection',
}

/**
 * Reads `-H` as curl does: `Name: value`, `Name;` for an empty value, `Name:` to leave a header out
 * that would be sent by itself. Throws a `UsageError` for what is no header (line breaks and other
 * control characters included: RFC 9110 section 5.5) and for headers that are not the user's.
 */
export function readHeaders(lines: readonly string[]): { given: Headers; left: Set<string> } {
  const given: Headers = []
  const left = new Set<string>()
  for (const line of lines) {
    const [, name = '', mark = '', value = ''] = /^([^:;\s]*)([:;])(.*)$/s.exec(line) ?? []
    const text = value.trim()
    const isEmpty = mark === ';'
    // What stands behind the name may be a secret, so it is not shown.
    if (!NAME.test(name) || UNSAFE.test(value) || (isEmpty && text !== '')) {
      throw new UsageError(`-H ${NAME.test(name) ? `"${name}: …"` : 'value'} is not a header`, {
        code: 'header_invalid',
        hint: "Write it on one line, like: -H 'Accept: application/json'",
      })
    }
    const why = OURS[name.toLowerCase()]
    if (why !== undefined) {
      throw new UsageError(`the header ${name} cannot be given: ${why}`, {
        code: 'header_reserved',
        hint: `Leave it out, or use curl: oauthctl token --output curl | curl -K - URL`,
      })
    }
    if (text === '' && !isEmpty) left.add(name.toLowerCase())
    // Header fields are bytes, and people type UTF-8.
    else given.push([name, Buffer.from(text, 'utf8').toString('latin1')])
  }
  return { given, left }
}

/** The given headers, and those of `standard` that were neither given nor left out. */
export function withStandard(
  { given, left }: ReturnType<typeof readHeaders>,
  standard: Headers,
): Headers {
  const taken = new Set([...left, ...given.map(([name]) => name.toLowerCase())])
  return [...standard.filter(([name]) => !taken.has(name)), ...given]
}

/** Values of headers that carry a credential by their name. */
export function secretValues(headers: Headers): string[] {
  return headers
    .filter(([name]) => /auth|cookie|key|pass|secret|token/i.test(name))
    .map(([, value]) => value)
}
