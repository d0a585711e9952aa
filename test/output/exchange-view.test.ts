import { expect, test } from 'vitest'
import { exchangeDocument, exchangeLines } from '../../src/output/exchange-view.ts'
import { createRedactor } from '../../src/text/redact.ts'
import type { Exchange } from '../../src/transport/exchange.ts'

const EXCHANGE: Exchange = {
  method: 'POST',
  url: 'https://login.example.com/token?code=the-code',
  requestHeaders: [
    ['authorization', 'Basic the-basic'],
    ['content-type', 'application/x-www-form-urlencoded'],
  ],
  requestBody: 'grant_type=authorization_code&code=the-code&code_verifier=the-verifier',
  status: 200,
  responseHeaders: [
    ['set-cookie', 'sid=the-cookie'],
    ['x-bad', 'a\u001b[31m'],
  ],
  responseBody: '{"access_token":"the-token","scope":"a\u009b"}',
  durationMs: 12,
}
const SECRETS = /the-(?:code|basic|verifier|cookie|token)/

test('headers only, as curl shows them, without a secret', () => {
  const lines = exchangeLines(EXCHANGE, createRedactor(), false)
  expect(lines).toEqual([
    '> POST https://login.example.com/token?code=[redacted]',
    '> authorization: Basic [redacted]',
    '> content-type: application/x-www-form-urlencoded',
    '< 200 (12 ms)',
    '< set-cookie: [redacted]',
    '< x-bad: a\\u{1b}[31m',
  ])
})

test('with bodies, still without a secret or a control character', () => {
  const text = exchangeLines(EXCHANGE, createRedactor(), true).join('\n')
  expect(text).toContain('> grant_type=authorization_code&code=[redacted]')
  expect(text).toContain('"scope":"a\\u{9b}"')
  expect(text).not.toMatch(SECRETS)
})

test('as a document, absent parts left out', () => {
  const shown = exchangeDocument(EXCHANGE, createRedactor(), true)
  expect(JSON.stringify(shown)).not.toMatch(SECRETS)
  expect(shown).toMatchObject({ method: 'POST', status: 200, duration_ms: 12 })
  const headers = exchangeDocument(EXCHANGE, createRedactor(), false)
  expect(JSON.parse(JSON.stringify(headers))).not.toHaveProperty('request_body')
})

test('a failure is told in the place of the answer', () => {
  const redactor = createRedactor()
  redactor.learn('learnt-secret')
  const failed: Exchange = {
    method: 'GET',
    url: 'https://login.example.com/',
    requestHeaders: [],
    requestBody: undefined,
    failure: 'nothing listens at\n learnt-secret',
    durationMs: 1,
  }
  expect(exchangeLines(failed, redactor, true)).toEqual([
    '> GET https://login.example.com/',
    '< no answer: nothing listens at\\u{a} [redacted] (1 ms)',
  ])
})

test('a secret does not stay where a long failure is cut', () => {
  const redactor = createRedactor()
  redactor.learn('learnt-secret')
  const failed = { ...EXCHANGE, failure: `${'x'.repeat(495)}learnt-secret` }
  expect(exchangeLines(failed, redactor, false).join('\n')).not.toContain('learn')
})
