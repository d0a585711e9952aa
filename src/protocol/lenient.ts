// Every place where real servers leave the letter of the specifications and are understood all the
// same. Nothing is mended silently: each mend is told to `note`, which `--verbose` shows.

type Body = Record<string, unknown>

/**
 * A token-endpoint answer as RFC 6749 sections 5.1 and 5.2 have it, from one that means the same:
 * GitHub's 200 with `error`, form-encoded bodies, JSON errors under a text type, `expires_in` as a
 * string, members that are null, a missing `token_type`, 201. What cannot be read stays as it was.
 */
export async function normaliseTokenAnswer(
  response: Response,
  note: (mend: string) => void,
): Promise<Response> {
  const text = await response.clone().text()
  const body = readBody(text, response.headers.get('content-type') ?? '', note)
  if (!body) return response
  const headers = new Headers(response.headers)
  let { status } = response
  if (status === 201) {
    note('status 201 taken as 200')
    status = 200
  }
  const isError = typeof body['error'] === 'string' && body['error'] !== ''
  if (isError && status === 200) {
    note('status 200 with "error" taken as 400')
    status = 400
  }
  if (isError && status < 500) {
    // With a challenge header, oauth4webapi would not look into the body, where the reason stands.
    headers.delete('www-authenticate')
  }
  if (!isError && status === 200) mendMembers(body, note)
  headers.set('content-type', 'application/json')
  headers.delete('content-length')
  return new Response(JSON.stringify(body), { status, headers })
}

function readBody(text: string, type: string, note: (mend: string) => void): Body | undefined {
  const json = asJson(text)
  const isJsonType = /^application\/([\w.-]+\+)?json\b/i.test(type)
  if (json) {
    if (!isJsonType) note(`JSON under content type "${type}"`)
    return json
  }
  const looksLikeForm = /^(access_token|error|token_type|scope|expires_in)=/.test(text)
  if (isJsonType || !looksLikeForm) return undefined
  note('a form-encoded answer taken as JSON')
  return Object.fromEntries(new URLSearchParams(text.trim()))
}

function mendMembers(body: Body, note: (mend: string) => void): void {
  for (const name of ['refresh_token', 'id_token', 'scope', 'expires_in', 'token_type']) {
    if (body[name] === null || (body[name] === '' && name !== 'scope')) {
      note(`an empty "${name}" was dropped`)
      delete body[name]
    }
  }
  if (Array.isArray(body['scope'])) {
    note('"scope" as a list was joined')
    body['scope'] = body['scope'].join(' ')
  }
  if (body['token_type'] === undefined) {
    note('a missing "token_type" taken as Bearer')
    body['token_type'] = 'Bearer'
  } else if (body['token_type'] !== 'Bearer') {
    note(`token_type "${String(body['token_type'])}" compared without regard to case`)
  }
  if (typeof body['expires_in'] === 'string') mendLifetime(body, body['expires_in'], note)
}

function mendLifetime(body: Body, text: string, note: (mend: string) => void): void {
  const seconds = Number(text)
  if (Number.isFinite(seconds) && seconds >= 0) {
    note('"expires_in" as a string was read as a number')
    body['expires_in'] = seconds
  } else {
    note('an "expires_in" that is no number was dropped')
    delete body['expires_in']
  }
}

function asJson(text: string): Body | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Body) : undefined
  } catch {
    return undefined
  }
}
