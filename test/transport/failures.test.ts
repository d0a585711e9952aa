import { expect, test } from 'vitest'
import { RefusedError } from '../../src/errors/families.ts'
import { describeFailure, wasNotSent } from '../../src/transport/failures.ts'

const withCode = (code: string) => Object.assign(new Error('internal words'), { code })

test.each([
  ['ENOTFOUND', 'network_unreachable', true, /cannot be resolved/],
  ['EAI_AGAIN', 'network_unreachable', true, /cannot be resolved at the moment/],
  ['ECONNREFUSED', 'network_unreachable', true, /nothing listens at host:1/],
  ['UND_ERR_CONNECT_TIMEOUT', 'network_unreachable', true, /cannot be reached/],
  ['ENETUNREACH', 'network_unreachable', true, /cannot be reached/],
  ['EHOSTUNREACH', 'network_unreachable', true, /cannot be reached/],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls_failed', true, /certificate .*--ca|certificate/],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'tls_failed', true, /certificate/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls_failed', true, /certificate/],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls_failed', true, /certificate/],
  ['CERT_HAS_EXPIRED', 'tls_failed', true, /certificate/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls_failed', true, /certificate/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls_failed', true, /does not speak TLS/],
  ['EPROTO', 'tls_failed', true, /does not speak TLS/],
  ['UND_ERR_HEADERS_TIMEOUT', 'timeout', false, /within 30 s/],
  ['UND_ERR_BODY_TIMEOUT', 'timeout', false, /within 30 s/],
  ['ECONNRESET', 'answer_lost', false, /broke \(ECONNRESET\)/],
  ['UND_ERR_SOCKET', 'answer_lost', false, /broke/],
  ['EPIPE', 'answer_lost', false, /broke/],
])('%s is %s, certainly not sent: %s', (code, name, notSent, message) => {
  for (const cause of [
    withCode(code),
    new TypeError('fetch failed', { cause: withCode(code) }),
    new Error('outer', { cause: new AggregateError([withCode(code), withCode('OTHER')]) }),
  ]) {
    const error = describeFailure(cause, 'host:1', 30_000)
    expect(error).toMatchObject({
      code: name,
      exitCode: 5,
      message: expect.stringMatching(message),
    })
    expect(error.retryable).toBe(name !== 'tls_failed')
    expect(error.message).not.toContain('internal words')
    expect(wasNotSent(error)).toBe(notSent)
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
