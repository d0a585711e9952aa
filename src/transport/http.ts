import { OauthctlError, ServerError } from '../errors/families.ts'
import type { Clock } from '../ports/clock.ts'
import type { Fetch, FetchInit } from '../ports/fetch.ts'
import type { StreamFetch } from '../ports/stream-fetch.ts'
import { createDispatchers, type DispatcherInputs, type Trust } from './dispatchers.ts'
import type { Exchange } from './exchange.ts'
import { describeFailure, isUnknownAuthority, NotSentError } from './failures.ts'
import { orAborted } from './or-aborted.ts'
import { checkSecureUrl } from './secure-url.ts'
import { createStreamFetch } from './stream.ts'

// No answer of an authorization server is larger; what exceeds it is a mistake or an attack.
const MAX_BODY = 1024 * 1024

export interface HttpOptions extends DispatcherInputs {
  clock: Clock
  /** Called before plain http goes to a host that is not loopback; absent: refused. */
  allowHttp?: ((url: URL) => void) | undefined
  userAgent: string
  signal: AbortSignal
  onExchange?: ((exchange: Exchange) => void) | undefined
}

export interface Http {
  fetch: Fetch
  stream: StreamFetch
  /** Throws what `fetch` would throw for this address before anything is sent. */
  check(address: string): Promise<void>
  /** Closes kept connections, so that the process can end. */
  close(): Promise<void>
}

/** The HTTP client of the program; undici is loaded by the first request. */
export function createHttp(options: HttpOptions): Http {
  const dispatchers = createDispatchers(options)

  const send = async (
    url: URL,
    init: FetchInit,
    exchange: Exchange,
    trust: Trust,
  ): Promise<Response> => {
    const { request } = await import('./undici.ts')
    const limit = AbortSignal.timeout(options.timeoutMs)
    const signals = [options.signal, limit, ...(init.signal ? [init.signal] : [])]
    const signal = AbortSignal.any(signals)
    let started = false
    const sending = request(url, {
      dispatcher: await dispatchers.get(url, trust, () => {
        started = true
      }),
      method: (init.method ?? 'GET') as 'GET',
      headers: Object.fromEntries(exchange.requestHeaders),
      body: exchange.requestBody ?? null,
      signal,
    })
    const answer = await orAborted(sending, signal).catch((error: unknown) => {
      throw started || !(error instanceof Error) ? error : new NotSentError(error)
    })
    const headers = flatten(answer.headers)
    exchange.status = answer.statusCode
    exchange.responseHeaders = headers
    const body = await readLimited(answer.body, url.host)
    exchange.responseBody = body.toString('utf8')
    const noBody = [204, 205, 304].includes(answer.statusCode)
    return new Response(noBody ? null : new Uint8Array(body), {
      status: answer.statusCode,
      headers,
    })
  }

  return {
    async fetch(address, init) {
      const url = checkSecureUrl(address, options.allowHttp)
      const started = options.clock.now()
      const exchange: Exchange = {
        method: init.method ?? 'GET',
        url: url.href,
        requestHeaders: requestHeaders(init, options.userAgent),
        requestBody: init.body === undefined || init.body === null ? undefined : `${init.body}`,
        durationMs: 0,
      }
      try {
        return await send(url, init, exchange, 'usual').catch((error: unknown) => {
          // The handshake failed, so nothing was sent: the machine may trust who Node does not know.
          if (!isUnknownAuthority(error)) throw error
          return send(url, init, exchange, 'system')
        })
      } catch (error) {
        if (options.signal.aborted) throw options.signal.reason
        const told =
          error instanceof OauthctlError
            ? error
            : describeFailure(error, url.host, options.timeoutMs)
        exchange.failure = told.message
        throw told
      } finally {
        exchange.durationMs = options.clock.now() - started
        options.onExchange?.(exchange)
      }
    },
    stream: createStreamFetch({ ...options, dispatcherFor: dispatchers.get }),
    async check(address) {
      await dispatchers.get(checkSecureUrl(address, options.allowHttp && (() => {})), 'usual')
    },
    close: () => dispatchers.close(),
  }
}

function requestHeaders(init: FetchInit, userAgent: string): [string, string][] {
  const given = Object.entries(init.headers ?? {}).filter(([name]) => name !== 'user-agent')
  return [['user-agent', userAgent], ...given]
}

function flatten(headers: Record<string, string | string[] | undefined>): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  )
}

async function readLimited(body: AsyncIterable<Uint8Array>, host: string): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body) {
    size += part.length
    if (size > MAX_BODY) {
      throw new ServerError(`the answer of ${host} is larger than 1 MiB`, {
        code: 'response_too_large',
        hint: 'Check that the address is that of an authorization server',
      })
    }
    parts.push(part)
  }
  return Buffer.concat(parts)
}
