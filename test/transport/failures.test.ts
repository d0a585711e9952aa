import { expect, test } from 'vitest'
import { RefusedError } from '../../src/errors/families.ts'
import {
  describeFailure,
  gotNoAnswer,
  NotSentError,
  wasNotSent,
} from '../../src/transport/failures.ts'

const withCode = (code: string) => Object.assign(new Error('internal words'), { code })

const NETWORK = 'network_unreachable'

test.each([
  ['ENOTFOUND', NETWORK, NETWORK, /cannot be resolved/],
  ['EAI_AGAIN', NETWORK, NETWORK, /cannot be resolved at the moment/],
  ['ECONNREFUSED', NETWORK, NETWORK, /nothing listens at host:1/],
  ['UND_ERR_CONNECT_TIMEOUT', NETWORK, 'answer_lost', /cannot be reached|broke/],
  ['ENETUNREACH', NETWORK, 'answer_lost', /cannot be reached|broke/],
  ['EHOSTUNREACH', NETWORK, 'answer_lost', /cannot be reached|broke/],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls_failed', 'tls_failed', /certificate .*--ca|certificate/],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'tls_failed', 'tls_failed', /certificate/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls_failed', 'tls_failed', /certificate/],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls_failed', 'tls_failed', /certificate/],
  ['CERT_HAS_EXPIRED', 'tls_failed', 'tls_failed', /certificate/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls_failed', 'tls_failed', /certificate/],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls_failed', 'tls_failed', /client certificate/],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'tls_failed', 'tls_failed', /client certificate/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls_failed', 'tls_failed', /does not speak TLS/],
  ['EPROTO', 'tls_failed', 'tls_failed', /does not speak TLS/],
  ['UND_ERR_PRX_TLS', 'proxy_failed', 'answer_lost', /proxy|broke/],
  ['UND_ERR_HEADERS_TIMEOUT', NETWORK, 'timeout', /cannot be reached|within 30 s/],
  ['UND_ERR_BODY_TIMEOUT', NETWORK, 'timeout', /cannot be reached|within 30 s/],
  ['ECONNRESET', NETWORK, 'answer_lost', /(cannot be reached|broke) \(ECONNRESET\)/],
  ['UND_ERR_SOCKET', NETWORK, 'answer_lost', /cannot be reached|broke/],
  ['EPIPE', NETWORK, 'answer_lost', /cannot be reached|broke/],
])('%s is %s before the request was sent, else %s', (code, unsent, sent, message) => {
  for (const cause of [
    withCode(code),
    new TypeError('fetch failed', { cause: withCode(code) }),
    new Error('outer', { cause: new AggregateError([withCode(code), withCode('OTHER')]) }),
  ]) {
    for (const [name, failure, notSent] of [
      [sent, cause, false],
      [unsent, new NotSentError(cause), true],
    ] as const) {
      const error = describeFailure(failure, 'host:1', 30_000)
      expect(error).toMatchObject({
        code: name,
        exitCode: 5,
        message: expect.stringMatching(message),
      })
      expect(error.retryable).toBe(name !== 'tls_failed')
      expect(error.message).not.toContain('internal words')
      expect(wasNotSent(error)).toBe(notSent)
      expect(gotNoAnswer(error)).toBe(true)
    }
  }
})

test('a time-out of a signal and an unknown failure may have been sent', () => {
  const timeout = describeFailure(new DOMException('late', 'TimeoutError'), 'host', 500)
  expect(timeout).toMatchObject({ code: 'timeout' })
  for (const error of [
    timeout,
    describeFailure('text', 'host', 1),
    describeFailure(undefined, 'host', 1),
  ]) {
    expect(wasNotSent(error)).toBe(false)
  }
})

test('nothing but a failure of the network counts as not sent', () => {
  expect(wasNotSent(new RefusedError('no', { code: 'network_unreachable' }))).toBe(false)
  expect(wasNotSent(undefined)).toBe(false)
})

test('the code of the HTTP client is not shown', () => {
  expect(describeFailure(withCode('UND_ERR_SOCKET'), 'host', 1000).message).toBe(
    'the connection to host broke',
  )
})
