import { certificateFault } from './certificate-faults.ts'
import { ServerError, UsageError } from '../errors/families.ts'

/** What made a request fail before the first byte of it went out on a connection. */
export class NotSentError extends Error {
  constructor(cause: Error) {
    super('the request was not sent', { cause })
    this.name = 'NotSentError'
  }
}

/**
 * True when the failure happened before the request could have reached the server, so that what it
 * carried (a refresh token, a code) was certainly not spent.
 */
export function wasNotSent(error: unknown): boolean {
  if (error instanceof UsageError) return true
  if (!(error instanceof ServerError)) return false
  return error.code === 'insecure_endpoint' || isUnsent(error.cause)
}

/** True when the server gave no answer at all, so that asking it again soon brings nothing. */
export function gotNoAnswer(error: unknown): boolean {
  return error instanceof ServerError && NO_ANSWER.has(error.code)
}

const NO_ANSWER = new Set([
  'network_unreachable',
  'tls_failed',
  'proxy_failed',
  'timeout',
  'answer_lost',
])

/** Words for a failed exchange; `host` is the server's. The cause is kept, never printed. */
export function describeFailure(cause: unknown, host: string, timeoutMs: number): ServerError {
  const code = codeOf(cause)
  const unsent = isUnsent(cause)
  const make = (name: string, message: string, hint: string): ServerError =>
    new ServerError(message, { code: name, hint, retryable: name !== 'tls_failed', cause })
  const check = 'Check the address and the network, then run the command again'
  if (code === 'ENOTFOUND') {
    return make('network_unreachable', `the name ${host} cannot be resolved`, check)
  }
  if (code === 'EAI_AGAIN') {
    return make('network_unreachable', `the name ${host} cannot be resolved at the moment`, check)
  }
  if (code === 'ECONNREFUSED') {
    return make('network_unreachable', `nothing listens at ${host}`, check)
  }
  // The server's alert about our side of the handshake (RFC 8446 section 6.2).
  if (/_ALERT_.*CERT|_ALERT_UNKNOWN_CA/.test(code)) {
    return make(
      'tls_failed',
      `${host} does not take the client certificate, or wants one (${code})`,
      'Name the certificate that is registered there: --cert FILE --cert-key file:PATH',
    )
  }
  const certificate = certificateFault(code)
  if (certificate) {
    return make('tls_failed', `the certificate of ${host} ${certificate.what}`, certificate.hint)
  }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') {
    return make('tls_failed', `${host} does not speak TLS (${code})`, 'Check the scheme and port')
  }
  if (unsent && (code === 'UND_ERR_ABORTED' || code === 'UND_ERR_PRX_TLS')) {
    const wantsUser = proxyStatus(cause) === 407
    return make(
      'proxy_failed',
      wantsUser
        ? `the proxy wants a user name and password for the way to ${host}`
        : `the proxy refused the way to ${host}`,
      wantsUser
        ? 'Put them into the address in the variable HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT'
        : 'Check --proxy or HTTPS_PROXY, or go past the proxy: NO_PROXY=HOST',
    )
  }
  if (unsent) return make('network_unreachable', `${host} cannot be reached${coded(code)}`, check)
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT' || code === 'timeout') {
    return make(
      'timeout',
      `${host} did not answer within ${Math.round(timeoutMs / 1000)} s`,
      'Run the command again, or allow more time with --timeout SECONDS',
    )
  }
  return make('answer_lost', `the connection to ${host} broke${coded(code)}`, check)
}

/** True when a certificate was refused because nobody known has signed it. */
export function isUnknownAuthority(error: unknown): boolean {
  return UNKNOWN_AUTHORITY.has(codeOf(error))
}

const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

// undici tells the proxy's answer to CONNECT in a sentence alone.
function proxyStatus(error: unknown): number | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    const status = /Proxy response \((\d{3})\)/.exec(at.message)?.[1]
    if (status !== undefined) return Number(status)
  }
  return undefined
}

// The system's code can be searched for; the one of the HTTP client says nothing to anybody.
function coded(code: string): string {
  return code && !code.startsWith('UND_ERR') ? ` (${code})` : ''
}

function isUnsent(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof NotSentError) return true
  }
  return false
}

function codeOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException
    if (at instanceof AggregateError && at.errors.length > 0) return codeOf(at.errors[0])
    if (typeof code === 'string') return code
    if (at.name === 'TimeoutError') return 'timeout'
  }
  return ''
}
