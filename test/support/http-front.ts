import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { TLSSocket } from 'node:tls'
import {
  describeRequest,
  readBody,
  sendReply,
  type Answer,
  type Received,
  type Reply,
} from './http-exchange.ts'
import { close, listen } from './listen.ts'

/** A path ('/token'), a pattern for the path, or a test of the whole request. */
type Match = string | RegExp | ((request: Received) => boolean)

/** An answer as the server behind gave it. */
export interface Original {
  status: number
  headers: Record<string, string | string[]>
  body: string
}

type Instead = (request: Received) => Reply | undefined | Promise<Reply | undefined>
type Alter = (
  original: Original,
  request: Received,
) => Reply | undefined | Promise<Reply | undefined>

export interface HookOptions {
  /** How often the hook takes effect; without it, until it is removed. */
  times?: number
}

interface Hook<T> {
  matches: (request: Received) => boolean
  run: T
  left: number
}

export interface Front {
  port: number
  /** Everything that was asked, in order of arrival. */
  requests: Received[]
  /** Answers in the place of the server; `undefined` lets the request through. Gives its own removal. */
  respond(match: Match, handler: Instead, options?: HookOptions): () => void
  /** Changes an answer after the server has done its work; `undefined` leaves it as it is. */
  alter(match: Match, handler: Alter, options?: HookOptions): () => void
  /** Takes all hooks away and forgets the recorded requests. */
  reset(): void
  /** Refuses connections, as a server that is down; the open ones break. */
  pause(): Promise<void>
  /** Listens again, on the same port. */
  resume(): Promise<void>
  stop(): Promise<void>
}

export interface FrontTls {
  key: string
  cert: string
  /** Asks for a client certificate; the server behind is told what came, and whether `ca` signed it. */
  requestCert?: boolean
  ca?: string
}

export interface FrontOptions {
  tls?: FrontTls
}

/** The client's certificate in base64 (DER), for the server behind. */
export const CLIENT_CERTIFICATE = 'x-test-client-certificate'
/** '1' when the certificate authority of the front has signed it. */
export const CLIENT_AUTHORIZED = 'x-test-client-authorized'

function clientCertificate(request: IncomingMessage): OutgoingHttpHeaders {
  const socket = request.socket as TLSSocket
  const raw = socket.encrypted ? socket.getPeerCertificate().raw : undefined
  return {
    [CLIENT_CERTIFICATE]: raw?.toString('base64'),
    [CLIENT_AUTHORIZED]: raw && socket.authorized ? '1' : undefined,
  }
}

function matcher(match: Match): (request: Received) => boolean {
  if (typeof match === 'function') return match
  if (typeof match === 'string') return (request) => request.path === match
  return (request) => match.test(request.path)
}

/** Runs the hooks that match, oldest first, until one has something to say. */
async function firstReply<T>(
  hooks: Hook<T>[],
  received: Received,
  call: (run: T) => Reply | undefined | Promise<Reply | undefined>,
): Promise<Reply | undefined> {
  for (const hook of hooks) {
    if (hook.left <= 0 || !hook.matches(received)) continue
    hook.left -= 1
    const reply = await call(hook.run)
    if (reply !== undefined) return reply
    hook.left += 1
  }
  return undefined
}

function forward(
  request: IncomingMessage,
  body: Buffer,
  port: number,
  scheme: string,
): Promise<Original> {
  return new Promise((resolve, reject) => {
    const headers: OutgoingHttpHeaders = { ...request.headers, 'x-forwarded-proto': scheme }
    for (const [name, value] of Object.entries(clientCertificate(request))) {
      delete headers[name]
      if (value !== undefined) headers[name] = value
    }
    delete headers['transfer-encoding']
    if (body.length > 0) headers['content-length'] = body.length
    const onward = httpRequest(
      { host: '127.0.0.1', port, method: request.method, path: request.url, headers, agent: false },
      (answer) => {
        readBody(answer).then((bytes) => {
          const kept: Original['headers'] = {}
          for (const [name, value] of Object.entries(answer.headers))
            if (value !== undefined && !hopByHop.has(name)) kept[name] = value
          resolve({ status: answer.statusCode ?? 0, headers: kept, body: bytes.toString('utf8') })
        }, reject)
      },
    )
    onward.on('error', reject)
    onward.end(body)
  })
}

// The length belongs to the body, which a hook may replace.
const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length'])

/**
 * A layer in front of a server on another loopback port, that records what is asked and lets a test
 * answer instead, or change answers. `upstream` gives the other port when the first request comes.
 */
export async function startFront(
  upstream: () => number,
  options: FrontOptions = {},
): Promise<Front> {
  const requests: Received[] = []
  const instead: Hook<Instead>[] = []
  const alterations: Hook<Alter>[] = []
  const scheme = options.tls === undefined ? 'http' : 'https'

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    const received = describeRequest(request, body)
    requests.push(received)
    const replaced = await firstReply(instead, received, (run) => run(received))
    if (replaced !== undefined) return sendReply(response, replaced, received)
    const original = await forward(request, body, upstream(), scheme)
    const altered = await firstReply(alterations, received, (run) => run(original, received))
    return sendReply(response, altered ?? original, received)
  }

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    handle(request, response).catch(() => response.destroy())
  }
  const server =
    options.tls === undefined
      ? createServer(onRequest)
      : createTlsServer({ ...options.tls, rejectUnauthorized: false }, onRequest)
  const port = await listen(server)

  function add<T>(hooks: Hook<T>[], match: Match, run: T, times = Infinity): () => void {
    const hook = { matches: matcher(match), run, left: times }
    hooks.push(hook)
    return () => void (hook.left = 0)
  }

  return {
    port,
    requests,
    respond: (match, handler, hook) => add(instead, match, handler, hook?.times),
    alter: (match, handler, hook) => add(alterations, match, handler, hook?.times),
    reset() {
      instead.length = 0
      alterations.length = 0
      requests.length = 0
    },
    pause: () => close(server),
    resume: async () => void (await listen(server, port)),
    stop: () => close(server),
  }
}

/** The answer with another JSON document as its body. */
export function withJson(original: Original, json: unknown): Answer {
  return { status: original.status, headers: original.headers, body: JSON.stringify(json) }
}
