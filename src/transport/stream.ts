import { OauthctlError } from '../errors/families.ts'
import type { Clock } from '../ports/clock.ts'
import type { StreamAnswer, StreamFetch, StreamRequest } from '../ports/stream-fetch.ts'
import type { Exchange } from './exchange.ts'
import type { Trust } from './dispatchers.ts'
import { describeFailure, isUnknownAuthority } from './failures.ts'
import { orAborted } from './or-aborted.ts'
import { createIdleLimit, type IdleLimit } from './idle-limit.ts'
import { checkSecureUrl } from './secure-url.ts'

export interface StreamDeps {
  clock: Clock
  /** How long nothing may happen. */
  timeoutMs: number
  allowHttp?: ((url: URL) => void) | undefined
  userAgent: string
  signal: AbortSignal
  onExchange?: ((exchange: Exchange) => void) | undefined
  dispatcherFor: (url: URL, trust: Trust) => Promise<import('undici').Dispatcher>
}

/** HTTP with streaming bodies, over the connections of the buffered client (http.ts). */
export function createStreamFetch(deps: StreamDeps): StreamFetch {
  const { clock, timeoutMs, userAgent } = deps

  return async (request) => {
    const url = checkSecureUrl(request.url, deps.allowHttp)
    const started = clock.now()
    const exchange: Exchange = {
      method: request.method,
      url: url.href,
      requestHeaders: withUserAgent(request.headers, userAgent),
      requestBody: request.shownBody,
      durationMs: 0,
    }
    const idle = createIdleLimit(clock, timeoutMs)
    const told = (error: unknown): unknown => {
      if (deps.signal.aborted) return deps.signal.reason
      if (error instanceof OauthctlError) return error
      const cause = idle.signal.aborted ? idle.signal.reason : error
      return describeFailure(cause, url.host, timeoutMs)
    }
    const send = (trust: Trust): Promise<StreamAnswer> =>
      exchangeHeads({ deps, url, request, exchange, idle, trust })
    try {
      const answer = await send('usual').catch((error: unknown) => {
        // The handshake failed, so nothing was sent and no body was begun.
        if (!isUnknownAuthority(error)) throw error
        return send('system')
      })
      return { ...answer, body: watchedAnswer(answer.body, idle, told) }
    } catch (error) {
      idle.end()
      const failure = told(error)
      exchange.failure = failure instanceof Error ? failure.message : String(failure)
      throw failure
    } finally {
      exchange.durationMs = clock.now() - started
      deps.onExchange?.(exchange)
    }
  }
}

interface Sending {
  deps: StreamDeps
  url: URL
  request: StreamRequest
  exchange: Exchange
  idle: IdleLimit
  trust: Trust
}

async function exchangeHeads(sending: Sending): Promise<StreamAnswer> {
  const { deps, url, request, exchange, idle, trust } = sending
  const { request: send } = await import('./undici.ts')
  const progress = { answered: false }
  const signal = AbortSignal.any([deps.signal, idle.signal])
  const asked = send(url, {
    dispatcher: await deps.dispatcherFor(url, trust),
    method: request.method as 'GET',
    headers: exchange.requestHeaders.flat(),
    // undici takes any iterable of bytes, which its type does not say.
    body: request.body ? (watchedBody(request.body, idle, progress) as never) : null,
    signal,
    // The limit on silence counts in their place.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const answer = await orAborted(asked, signal)
  progress.answered = true
  // Until somebody reads the body, the server is not what is waited for.
  idle.hold()
  const headers = inPairs(answer.headers)
  exchange.status = answer.statusCode
  exchange.responseHeaders = headers
  return {
    status: answer.statusCode,
    statusText: answer.statusText,
    headers,
    body: answer.body,
    discard() {
      idle.end()
      answer.body.on('error', () => undefined).destroy()
    },
  }
}

/** The body on its way out: waiting for its source is not waiting for the server. */
async function* watchedBody(
  source: AsyncIterable<Uint8Array>,
  idle: IdleLimit,
  progress: { answered: boolean },
): AsyncGenerator<Uint8Array> {
  const counting = (): void => {
    // A server may answer before it has read everything; from then on the answer is what counts.
    if (!progress.answered) idle.restart()
  }
  idle.hold()
  for await (const piece of source) {
    counting()
    yield piece
    if (!progress.answered) idle.hold()
  }
  counting()
}

async function* watchedAnswer(
  source: AsyncIterable<Uint8Array>,
  idle: IdleLimit,
  told: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  idle.restart()
  const pieces = source[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await pieces.next().catch((error: unknown) => {
        throw told(error)
      })
      if (next.done === true) return
      idle.hold()
      yield next.value
      idle.restart()
    }
  } finally {
    idle.end()
    await pieces.return?.().catch(() => undefined)
  }
}

function withUserAgent(headers: [string, string][], userAgent: string): [string, string][] {
  const isGiven = headers.some(([name]) => name.toLowerCase() === 'user-agent')
  return isGiven ? headers : [['user-agent', userAgent], ...headers]
}

function inPairs(headers: Record<string, string | string[] | undefined>): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  )
}
