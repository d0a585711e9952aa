import { identityMalformed, identityRefused } from './errors.ts'

/**
 * The body of a platform's answer. Throws a `ServerError` `identity_refused` with the platform's own
 * message for anything but status 200.
 */
export async function readAnswer(title: string, answer: Response, hint: string): Promise<string> {
  const body = await answer.text()
  if (answer.status === 200) return body
  const retryable = answer.status >= 500 || answer.status === 429
  throw identityRefused(
    title,
    { status: `status ${answer.status}`, said: ownMessage(body), hint },
    retryable,
  )
}

/** The token in a JSON answer. Throws a `ServerError` `identity_malformed` when there is none. */
export function tokenMember(title: string, body: string, name: string): string {
  const token = members(body)?.[name]
  if (typeof token === 'string' && token !== '') return token
  throw identityMalformed(title, `answered without a token (no "${name}" in JSON)`)
}

/** What an error body says to people: its `message`, or its first line where it is plain text. */
function ownMessage(body: string): string {
  const found = members(body)
  if (found) {
    const said = [found['message'], found['error_description'], found['error']]
    return said.find((value): value is string => typeof value === 'string') ?? ''
  }
  const text = body.trim()
  return text.startsWith('<') ? '' : (text.split('\n')[0] ?? '')
}

function members(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
