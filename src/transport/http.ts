import { readFileSync } from 'node:fs'
import { OauthctlError, ServerError, UsageError } from '../errors/families.ts'
import type { Clock } from '../ports/clock.ts'
import type { Fetch, FetchInit } from '../ports/fetch.ts'
import type { Exchange } from './exchange.ts'
import { describeFailure } from './failures.ts'
import { proxyFor, type ProxyInputs } from './proxy.ts'
import { checkSecureUrl } from './secure-url.ts'

// No answer of an authorization server is larger; what exceeds it is a mistake or an attack.
const MAX_BODY = 1024 * 1024

export interface HttpOptions extends ProxyInputs {
  clock: Clock
  timeoutMs: number
  /** A PEM file whose certificates are trusted beside the usual ones. */
  ca?: string | undefined
  /** Called before plain http goes to a host that is not loopback; absent: refused. */
  allowHttp?: ((url: URL) => void) | undefined
  userAgent: string
  signal: AbortSignal
  onExchange?: ((exchange: Exchange) => void) | undefined
}

export interface Http {
  fetch: Fetch
  /** Closes kept connections, so that the process can end. */
  close(): Promise<void>
}

/** The HTTP client of the program; undici is loaded by the first request. */
export function createHttp(options: HttpOptions): Http {
  const dispatchers = new Map<string, Promise<import('undici').Dispatcher>>()
  const ca =
    options.ca === undefined
      ? undefined
      : readCertificates(options.ca, options.env['NODE_EXTRA_CA_CERTS'])

  const dispatcherFor = (url: URL): Promise<import('undici').Dispatcher> => {
    const proxy = proxyFor(url, options)
    const key = proxy ?? ''
    const known = dispatchers.get(key)
    if (known) return known
    const made = connect(proxy, ca, options.timeoutMs)
    dispatchers.set(key, made)
    return made
  }

  const send = async (url: URL, init: FetchInit, exchange: Exchange): Promise<Response> => {
    const { request } = await import('./undici.ts')
    const limit = AbortSignal.timeout(options.timeoutMs)
    const signals = [options.signal, limit, ...(init.signal ? [init.signal] : [])]
    const answer = await request(url, {
      dispatcher: await dispatcherFor(url),
      method: (init.method ?? 'GET') as 'GET',
      headers: Object.fromEntries(exchange.requestHeaders),
      body: exchange.requestBody ?? null,
      signal: AbortSignal.any(signals),
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
        return await send(url, init, exchange)
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
    async close() {
      for (const made of dispatchers.values()) {
        const dispatcher = await made.catch(() => undefined)
        await dispatcher?.destroy()
      }
    },
  }
}

async function connect(
  proxy: string | undefined,
  ca: string[] | undefined,
  timeoutMs: number,
): Promise<import('undici').Dispatcher> {
  const { Agent, ProxyAgent } = await import('./undici.ts')
  const tls = ca ? { ca } : {}
  if (proxy === undefined) {
    return new Agent({ connect: { ...tls, timeout: Math.min(timeoutMs, 10_000) } })
  }
  const { username, password, href } = new URL(proxy)
  const token =
    username || password
      ? {
          token: `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`,
        }
      : {}
  return new ProxyAgent({ uri: href, requestTls: tls, proxyTls: tls, ...token })
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

// What does not parse would be skipped by OpenSSL without a word, and every server distrusted.
function checkCertificates(pem: string): void {
  const { X509Certificate } = process.getBuiltinModule('node:crypto')
  const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)
  if (!found) throw new Error('no PEM certificate')
  try {
    for (const one of found) void new X509Certificate(one)
  } catch {
    throw new Error('a certificate in it cannot be read')
  }
}

function readCertificates(path: string, extraFile: string | undefined): string[] {
  const { rootCertificates } = process.getBuiltinModule('node:tls')
  try {
    const extra = [path, extraFile].filter((file) => file !== undefined)
    const texts = extra.map((file) => readFileSync(file, 'utf8'))
    checkCertificates(texts[0] ?? '')
    return [...rootCertificates, ...texts]
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unreadable'
    throw new UsageError(`the certificate file ${path} cannot be used: ${why}`, {
      code: 'ca_invalid',
      hint: 'Name a file with PEM certificates: --ca FILE',
      cause,
    })
  }
}
