import type { IncomingMessage } from 'node:http'

/** Far more than any authorization response needs. */
const MAX_BYTES = 64 * 1024

export type FormBody =
  { kind: 'form'; text: string } | { kind: 'refused'; status: 400 | 413 | 415; why: string }

/** The body of a form post (OAuth 2.0 Form Post Response Mode, section 2), unread beyond its limit. Never throws. */
export async function readForm(request: IncomingMessage): Promise<FormBody> {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') {
    return { kind: 'refused', status: 415, why: 'the body is not a form' }
  }
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > MAX_BYTES) return { kind: 'refused', status: 413, why: 'the form is too large' }
      chunks.push(chunk)
    }
  } catch {
    return { kind: 'refused', status: 400, why: 'the form did not arrive' }
  }
  return { kind: 'form', text: Buffer.concat(chunks).toString('utf8') }
}
