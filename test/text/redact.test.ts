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

  test('is known with lower-case escapes too', () => {
    const secret = 'a+b/c=d&e%fg'
    const redactor = createRedactor()
    redactor.learn(secret)
    const lower = encodeURIComponent(secret).replace(/%../g, (one) => one.toLowerCase())
    expect(redactor.text(`next=${lower}`)).toBe(`next=${HIDDEN}`)
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
    `{"headers":{"Authorization":"Basic ${SECRET}"}}`,
    `{"headers":{"proxy-authorization":"${SECRET}","Cookie":"sid=${SECRET}; b=${SECRET}"}}`,
    `{"accessToken":"${SECRET}","refresh-token":"${SECRET}"}`,
    `{"X-Auth-Token":"${SECRET}","SAMLResponse":"${SECRET}"}`,
    `{"tokens":["${SECRET}"]}`,
    `{"token":{"value":"${SECRET}"}}`,
    `{"received":${JSON.stringify(JSON.stringify({ refresh_token: SECRET }))}}`,
    `{"received":${JSON.stringify(JSON.stringify({ a: JSON.stringify([{ code: SECRET }]) }))}}`,
    `{"received":"grant_type=refresh_token&refresh_token=${SECRET}"}`,
    `{"received":"{\\"refresh_token\\":\\"${SECRET}\\"}","cut":`,
    `{"tokens":["${SECRET}","${SECRET}"`,
    `{"token":{"value":"${SECRET}"`,
    `{"link":"https://host/?a=b\\u0026code=${SECRET}","cut":`,
    `POST /token HTTP/1.1\nAuthorization: Basic ${SECRET}\nCookie: a=${SECRET}; b=${SECRET}\n`,
    `<p>authorization: Bearer ${SECRET}</p>`,
    `<p>authorization: Basic opaque</p>`,
    `<pre>{&quot;access_token&quot;:&quot;${SECRET}&quot;}</pre>`,
    `saw Bearer ${SECRET}`,
    `<a href="https://user:${SECRET}@host/">x</a>`,
    `{"at":"https:\\/\\/user:${SECRET}@host","cut":`,
  ])('does not stay in the body %s', (body) => {
    const shown = redactor.body(body)
    expect(shown).toContain(HIDDEN)
    expect(shown).not.toMatch(/opaque|1234567890/)
  })

  test.each([
    ['https://host/cb?code=abc&state=xyz', `https://host/cb?code=${HIDDEN}&state=xyz`],
    ['https://host/cb#access_token=abc&x=1', `https://host/cb#access_token=${HIDDEN}&x=1`],
    ['https://user:pass@host/path', `https://${HIDDEN}@host/path`],
    [
      'https://host/login?next=https%3A%2F%2Fhost%2Fcb%3Fcode%3Dabc%26state%3Dxyz&a=1',
      `https://host/login?next=https%3A%2F%2Fhost%2Fcb%3Fcode%3D${HIDDEN}%26state%3Dxyz&a=1`,
    ],
    [
      'https://host/login?next=https%253a%252f%252fhost%253fa%253d1%2526access_token%253dabc',
      `https://host/login?next=https%253a%252f%252fhost%253fa%253d1%2526access_token%253d${HIDDEN}`,
    ],
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
    ['X-Auth-Token', 'abc', HIDDEN],
    ['content-type', 'application/json', 'application/json'],
    [
      'www-authenticate',
      'Bearer error_description="expired", realm="x"',
      'Bearer error_description="expired", realm="x"',
    ],
  ])('does not stay in the header %s: %s', (name, value, shown) => {
    expect(redactor.header(name, value)).toBe(shown)
  })

  test.each([
    [`sent Authorization: Basic ${SECRET}==`, `sent Authorization: Basic ${HIDDEN}`],
    [`Bearer ${SECRET} is unknown`, `Bearer ${HIDDEN} is unknown`],
    [`no answer of http://user:pw@proxy:3128/`, `no answer of http://${HIDDEN}@proxy:3128/`],
    [
      `see https://host/cb?state=x&amp;code=${SECRET}`,
      `see https://host/cb?state=x&amp;code=${HIDDEN}`,
    ],
  ])('does not stay in the text %s', (text, shown) => {
    expect(redactor.text(text)).toBe(shown)
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
    'mail somebody@example.com, see https://host/@team',
    'a Basic or a Bearer scheme',
  ]) {
    expect(redactor.text(text)).toBe(text)
  }
  const body = '{"error":"invalid_grant","error_description":"code: 42 is old","status":null}'
  expect(redactor.body(body)).toBe(body)
})

// A server chooses what is shown, so no text may take more than a time in proportion to its length.
test.each(['a+', 'a.', 'eyJaaaaaaaa.', 'http://', 'token=["', '"', '\\', ' ', 'Bearer '])(
  'a large text of %j is done soon',
  (part) => {
    const large = part.repeat(500_000 / part.length)
    const redactor = createRedactor()
    const started = Date.now()
    for (const show of [redactor.text, redactor.body, redactor.url]) show(large)
    expect(Date.now() - started).toBeLessThan(5000)
  },
)
