import { describe, expect, test } from 'vitest'
import { createRedactor } from '../../src/text/redact.ts'

const HIDDEN = '[redacted]'
const SECRET = 'opaque-0123456789'

describe('a secret that was learnt', () => {
  test('disappears wherever it turns up', () => {
    const redactor = createRedactor()
    redactor.learn(SECRET)
    expect(redactor.text(`it is ${SECRET}, ${SECRET}.`)).toBe(`it is ${HIDDEN}, ${HIDDEN}.`)
    expect(redactor.url(`https://host/${SECRET}`)).toBe(`https://host/${HIDDEN}`)
    expect(redactor.header('x-debug', SECRET)).toBe(HIDDEN)
    expect(redactor.body(`{"echo":"${SECRET}"}`)).toBe(`{"echo":"${HIDDEN}"}`)
  })

  test('of two that begin alike, neither leaves an end', () => {
    for (const pair of [
      [SECRET, `${SECRET}-and-more`],
      [`${SECRET}-and-more`, SECRET],
    ]) {
      const redactor = createRedactor()
      for (const one of pair) redactor.learn(one)
      expect(redactor.text(`${SECRET}-and-more`)).toBe(HIDDEN)
    }
  })

  test('is known in the spellings of addresses, forms and JSON', () => {
    const secret = 'a "quoted" & sp€cial\\secret'
    const redactor = createRedactor()
    redactor.learn(secret)
    for (const text of [
      encodeURIComponent(secret),
      new URLSearchParams({ other: secret }).toString(),
      JSON.stringify({ other: secret }),
    ]) {
      expect(redactor.text(text)).toContain(HIDDEN)
      expect(redactor.text(text)).not.toMatch(/quoted|cial/)
    }
  })

  test('is not so short that ordinary words go', () => {
    const redactor = createRedactor()
    redactor.learn('user')
    redactor.learn(undefined)
    redactor.learn('')
    expect(redactor.text('the user is here')).toBe('the user is here')
  })
})

describe('a secret that nobody told', () => {
  const redactor = createRedactor()

  test.each([
    `{"access_token":"${SECRET}","token_type":"Bearer"}`,
    `{"refresh_token": "${SECRET}", "nested": {"id_token": "${SECRET}"}}`,
    `{"access_token":["${SECRET}"]}`,
    `{"ACCESS_TOKEN":"${SECRET}"}`,
    `{"verification_uri_complete":"https://host/device?user_code=${SECRET}"}`,
    `\ufeff{"access_token":"${SECRET}"}`,
    `{"access_token":"${SECRET}","cut":`,
    `{"access_token":"${SECRET}`,
    `)]}'\n{"access_token" : "${SECRET}"}`,
    `access_token=${SECRET}&token_type=bearer`,
    `grant_type=refresh_token&refresh_token=${SECRET}`,
    `scope=a&client%5Fsecret=${SECRET}`,
    `<a href="/cb?state=x&amp;code=${SECRET}">on</a>`,
    `<form action="https://host/?code=${SECRET}">`,
    `access_token: ${SECRET}\nmore`,
    `[{"client_secret":"${SECRET}"}]`,
    `{"token":12345678901234567890}`,
  ])('does not stay in the body %s', (body) => {
    const shown = redactor.body(body)
    expect(shown).toContain(HIDDEN)
    expect(shown).not.toMatch(/opaque|1234567890/)
  })

  test.each([
    ['https://host/cb?code=abc&state=xyz', `https://host/cb?code=${HIDDEN}&state=xyz`],
    ['https://host/cb#access_token=abc&x=1', `https://host/cb#access_token=${HIDDEN}&x=1`],
    ['https://user:pass@host/path', `https://${HIDDEN}@host/path`],
    ['https://host/path?scope=a', 'https://host/path?scope=a'],
  ])('does not stay in the address %s', (url, shown) => {
    expect(redactor.url(url)).toBe(shown)
    expect(redactor.header('location', url)).toBe(shown)
  })

  test.each([
    ['Authorization', 'Basic dXNlcjpwYXNz', `Basic ${HIDDEN}`],
    ['authorization', 'Bearer abc', `Bearer ${HIDDEN}`],
    ['authorization', 'abc', HIDDEN],
    ['Proxy-Authorization', 'Basic dXNlcjpwYXNz', `Basic ${HIDDEN}`],
    ['DPoP', 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln', HIDDEN],
    ['set-cookie', 'session=abc', HIDDEN],
    ['content-type', 'application/json', 'application/json'],
  ])('does not stay in the header %s: %s', (name, value, shown) => {
    expect(redactor.header(name, value)).toBe(shown)
  })

  test('is seen as a JWT in any text', () => {
    const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0.c2lnbmF0dXJl'
    expect(redactor.text(`refused: ${jwt}.`)).not.toContain('c2lnbmF0dXJl')
  })

  // Every way to wrap a member into other members, three levels deep.
  test('does not stay at any depth of JSON', () => {
    const wraps = [
      (inner: unknown) => ({ a: inner, b: 'kept' }),
      (inner: unknown) => [1, inner, null],
      (inner: unknown) => ({ request: { other: inner } }),
      (inner: unknown) => ({ response: inner }),
    ]
    for (const outer of wraps) {
      for (const middle of wraps) {
        for (const inner of wraps) {
          const value = outer(middle(inner({ refresh_token: SECRET, kept: true })))
          const shown = redactor.body(JSON.stringify(value))
          expect(shown).not.toContain(SECRET)
        }
      }
    }
  })
})

test('what is no secret stays as it was', () => {
  const redactor = createRedactor()
  for (const text of [
    'the server refused the code exchange: invalid_grant ("code expired")',
    'https://host/authorize?client_id=cli&scope=openid&state=abc',
    'Run it again: oauthctl login work --scope "a b"',
  ]) {
    expect(redactor.text(text)).toBe(text)
  }
  const body = '{"error":"invalid_grant","error_description":"code: 42 is old","status":null}'
  expect(redactor.body(body)).toBe(body)
})
