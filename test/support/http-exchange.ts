import type { IncomingMessage, ServerResponse } from 'node:http'

/** A request as a server of the test bed received it. */
export interface Received {
  method: string
  /** Without the query. */
  path: string
  query: URLSearchParams
  headers: Record<string, string>
  body: string
  /** The fields of a form-encoded body; empty for any other body. */
  params: URLSearchParams
  /** What was answered; absent while no answer has gone out, and when the connection was dropped. */
  answered?: { status: number; body: string }
}

/** What a server of the test bed answers. */
export interface Answer {
  /** 200 when left out. */
  status?: number
  headers?: Record<string, string | string[]>
  /** Sent as application/json. */
  json?: unknown
  /** Sent as it is; an iterable is sent piece by piece, as slowly as it gives them. */
  body?: string | Uint8Array | AsyncIterable<string | Uint8Array>
}

/** An answer, or a connection cut without one, or one that stays open without one. */
export type Reply = Answer | 'drop' | 'hang'

export async function readBody(message: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of message) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function flatHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  return headers
}

export function describeRequest(request: IncomingMessage, body: Buffer): Received {
  const url = new URL(request.url ?? '/', 'http://test.invalid')
  const text = body.toString('utf8')
  const form = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: flatHeaders(request),
    body: text,
    params: new URLSearchParams(form === true ? text : ''),
  }
}

async function sendBody(response: ServerResponse, body: NonNullable<Answer['body']>) {
  if (typeof body === 'string' || body instanceof Uint8Array) {
    response.end(body)
    return
  }
  for await (const piece of body) {
    if (response.destroyed) return
    response.write(piece)
  }
  response.end()
}

export async function sendReply(
  response: ServerResponse,
  reply: Reply,
  received: Received,
): Promise<void> {
  if (reply === 'hang') return
  if (reply === 'drop') {
    response.destroy()
    return
  }
  const body = reply.json === undefined ? (reply.body ?? '') : JSON.stringify(reply.json)
  const status = reply.status ?? 200
  received.answered = { status, body: typeof body === 'string' ? body : '(bytes)' }
  const type = reply.json === undefined ? {} : { 'content-type': 'application/json' }
  response.writeHead(status, { ...type, ...reply.headers })
  await sendBody(response, body)
}
