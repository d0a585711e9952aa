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
  return error instanceof ServerError && isUnsent(error.cause)
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
  if (isCertificateFault(code)) {
    return make(
      'tls_failed',
      `the certificate of ${host} cannot be trusted (${code})`,
      'If the server uses a certificate authority of your own, name its file with --ca FILE',
    )
  }
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') {
    return make('tls_failed', `${host} does not speak TLS (${code})`, 'Check the scheme and port')
  }
  if (unsent && (code === 'UND_ERR_ABORTED' || code === 'UND_ERR_PRX_TLS')) {
    return make('proxy_failed', `the proxy refused the way to ${host}`, 'Check --proxy')
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

// Node reports certificate faults under OpenSSL's names, which share no prefix.
function isCertificateFault(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CA_|ERR_TLS/.test(code)
}

function coded(code: string): string {
  return code ? ` (${code})` : ''
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
