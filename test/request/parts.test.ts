import { describe, expect, test } from 'vitest'
import { readRequestBody } from '../../src/request/body.ts'
import { readChallenges, tokenChallenge } from '../../src/request/challenges.ts'
import { readHeaders, withStandard } from '../../src/request/header-lines.ts'
import { allowedHost, originOf } from '../../src/request/origins.ts'
import { shellWord } from '../../src/text/shell-word.ts'
import { visibleText } from '../../src/text/visible-text.ts'

describe('allow_host', () => {
  test.each([
    ['api.example.com', 'https://api.example.com/x', true],
    ['API.Example.com', 'https://api.example.com/x', true],
    ['api.example.com', 'https://api.example.com:8443/', false],
    ['api.example.com:8443', 'https://api.example.com:8443/', true],
    ['api.example.com:443', 'https://api.example.com/', true],
    ['api.example.com', 'https://sub.api.example.com/', false],
    ['api.example.com', 'https://api.example.com.evil.example/', false],
    ['api.example.com', 'https://evil.example/api.example.com', false],
    ['127.0.0.1:8080', 'http://127.0.0.1:8080/', true],
    ['127.0.0.1:8080', 'http://127.0.0.1:8081/', false],
    ['localhost:80', 'http://localhost/', true],
    ['[::1]:8080', 'http://[::1]:8080/', true],
    ['https://api.example.com', 'https://api.example.com/x', true],
    ['https://api.example.com/', 'https://api.example.com/x', true],
    ['https://api.example.com', 'http://api.example.com/x', false],
  ])('%s, asked for %s: %s', (entry, url, allowed) => {
    expect(allowedHost(entry)(new URL(url))).toBe(allowed)
  })

  test.each([
    '*',
    '*.example.com',
    'https://api.example.com/v1',
    'api.example.com/v1',
    'user@api.example.com',
    'api.example.com?x',
    '//api.example.com',
    'ftp://api.example.com',
    'a b',
    '',
    'https://',
  ])('refuses %j', (entry) => {
    expect(() => allowedHost(entry)).toThrow(/is not a host/)
  })

  test('a resource stands for its origin, and one that is no address for nothing', () => {
    const [rule] = originOf('https://api.example.com/v1?x')
    expect(rule?.(new URL('https://api.example.com/other'))).toBe(true)
    expect(rule?.(new URL('https://api.example.com:444/v1'))).toBe(false)
    for (const none of ['urn:api', 'api', undefined]) expect(originOf(none)).toEqual([])
  })
})

describe('-H', () => {
  test('gives, empties and leaves out', () => {
    const read = readHeaders(['X-A:  1: 2 ', 'X-Empty;', 'Accept:', 'x-ü'.slice(0, 2) + 'u: ü'])
    expect(read.given).toEqual([
      ['X-A', '1: 2'],
      ['X-Empty', ''],
      ['x-u', Buffer.from('ü').toString('latin1')],
    ])
    const standard: [string, string][] = [
      ['accept', '*/*'],
      ['content-type', 'text/plain'],
    ]
    expect(withStandard(read, standard)).toEqual([standard[1], ...read.given])
  })

  test.each([
    'X-A: 1\r\nAuthorization: Bearer x',
    'X-A: 1\nX-B: 2',
    'X-A: 1\r',
    'X-A: \u0000',
    'X A: 1',
    'X-A\n: 1',
    ': 1',
    'no header',
    '@file',
    'X-A; text',
  ])('refuses %j and does not repeat its value', (line) => {
    expect(() => readHeaders([line])).toThrow(/is not a header/)
    expect(() => readHeaders([line])).not.toThrow(/Bearer|file|text/)
  })

  test.each([
    'Authorization',
    'AUTHORIZATION',
    'Host',
    'Content-Length',
    'Transfer-Encoding',
    'TE',
  ])('refuses %s', (name) => {
    expect(() => readHeaders([`${name}: x`])).toThrow(/cannot be given/)
    expect(() => readHeaders([`${name};`])).toThrow(/cannot be given/)
    expect(() => readHeaders([`${name}:`])).toThrow(/cannot be given/)
  })
})

describe('WWW-Authenticate', () => {
  const read = (...values: string[]) =>
    readChallenges(values).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])

  test('with several challenges in one value and in several', () => {
    expect(
      read(
        'Negotiate a87421==, Basic realm="a, b", charset=UTF-8, Bearer , error = "x"',
        'DPoP algs="ES256 PS256"',
      ),
    ).toEqual([
      ['negotiate', {}],
      ['basic', { realm: 'a, b', charset: 'UTF-8' }],
      ['bearer', { error: 'x' }],
      ['dpop', { algs: 'ES256 PS256' }],
    ])
  })

  test('with escapes, repeated and unreadable parts', () => {
    expect(read('Bearer error="a\\"b\\\\c", error="second", scope="x y"')).toEqual([
      ['bearer', { error: 'a"b\\c', scope: 'x y' }],
    ])
    expect(read('Bearer error="open')).toEqual([
      ['bearer', {}],
      ['error', {}],
    ])
    expect(read('', ' ,', '="x"')).toEqual([])
  })

  test('the one that names an error is taken', () => {
    const headers: [string, string][] = [
      ['WWW-Authenticate', 'Basic realm="x", error="basic"'],
      ['www-authenticate', 'Bearer realm="x"'],
      ['www-authenticate', 'Bearer error="invalid_token"'],
    ]
    expect(tokenChallenge(headers)?.parameters.get('error')).toBe('invalid_token')
    expect(tokenChallenge(headers.slice(0, 1))).toBeUndefined()
  })
})

describe('a body', () => {
  const input = (async function* () {})()
  const text = async (data: string[]) => {
    const parts: Uint8Array[] = []
    const body = readRequestBody({ data, json: undefined, input })
    for await (const part of body?.open() ?? []) parts.push(part)
    expect(Buffer.concat(parts).length).toBe(body?.length)
    return Buffer.concat(parts).toString()
  }

  test('of several -d is joined as curl does it', async () => {
    expect(await text(['a=1', 'b=ü'])).toBe('a=1&b=ü')
    expect(await text(['', ''])).toBe('&')
    expect(await text([''])).toBe('')
  })

  test.each([
    [['@/no/such/file'], undefined, /cannot be read/],
    [['@/'], undefined, /is a folder/],
    [['@-', '@-'], undefined, /twice/],
    [['a'], '{}', /both/],
    [[], '{', /not JSON/],
    [[], '', /not JSON/],
  ])('of %j and %j is refused', (data, json, told) => {
    expect(() => readRequestBody({ data, json, input })).toThrow(told)
  })
})

test('a word for the shell', () => {
  expect(shellWord('https://a.example:1/x')).toBe('https://a.example:1/x')
  expect(shellWord("$(id) `id` 'x' ;")).toBe("'$(id) `id` '\\''x'\\'' ;'")
  expect(shellWord('')).toBe("''")
})

test('text for a terminal', () => {
  expect(visibleText('a\tb\r\nc\rd\u001b[31m\u202e\n')).toBe('a\tb\nc\\u{d}d\\u{1b}[31m\\u{202e}\n')
})
