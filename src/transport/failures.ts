import { ServerError, UsageError } from '../errors/families.ts'

/**
 * True when the failure happened before the request could have reached the server, so that what it
 * carried (a refresh token, a code) was certainly not spent.
 */
export function wasNotSent(error: unknown): boolean {
  if (error instanceof UsageError) return true
  return error instanceof ServerError && NOT_SENT.has(error.code)
}

const NOT_SENT = new Set(['network_unreachable', 'tls_failed', 'proxy_failed'])

/** Words for a failed exchange; `host` is the server's. The cause is kept, never printed. */
export function describeFailure(cause: unknown, host: string, timeoutMs: number): ServerError {
  const code = codeOf(cause)
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
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ENETUNREACH' || code === 'EHOSTUNREACH') {
    return make('network_unreachable', `${host} cannot be reached`, check)
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
  if (code === 'UND_ERR_ABORTED' || code === 'UND_ERR_PRX_TLS') {
    return make('proxy_failed', `the proxy refused the way to ${host}`, 'Check --proxy')
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT' || code === 'timeout') {
    return make(
      'timeout',
      `${host} did not answer within ${Math.round(timeoutMs / 1000)} s`,
      'Run the command again, or allow more time with --timeout SECONDS',
    )
  }
  return make('answer_lost', `the connection to ${host} broke${code ? ` (${code})` : ''}`, check)
}

// Node reports certificate faults under OpenSSL's names, which share no prefix.
function isCertificateFault(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CA_|ERR_TLS/.test(code)
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
