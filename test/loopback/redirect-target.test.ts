import { describe, expect, it } from 'vitest'
import { parseRedirectUri } from '../../src/loopback/redirect-target.ts'
import { loopbackTarget } from './listening.ts'

describe('parseRedirectUri', () => {
  it('takes /callback on 127.0.0.1 and a free port when nothing is given', () => {
    const target = loopbackTarget()
    expect(target).toMatchObject({ host: '127.0.0.1', port: 0, path: '/callback', query: '' })
    expect(target.uriOn(4711)).toBe('http://127.0.0.1:4711/callback')
  })

  it.each([
    ['http://127.0.0.1:8080/cb', '127.0.0.1', 8080, '/cb', 'http://127.0.0.1:8080/cb'],
    ['http://127.0.0.2/cb', '127.0.0.2', 0, '/cb', 'http://127.0.0.2:99/cb'],
    ['http://[::1]/cb', '::1', 0, '/cb', 'http://[::1]:99/cb'],
    ['http://[::1]:7/cb', '::1', 7, '/cb', 'http://[::1]:7/cb'],
    ['http://localhost', 'localhost', 0, '/', 'http://localhost:99'],
    ['http://localhost:8080', 'localhost', 8080, '/', 'http://localhost:8080'],
    ['http://localhost:80/cb', 'localhost', 80, '/cb', 'http://localhost:80/cb'],
    ['http://localhost:0/cb', 'localhost', 0, '/cb', 'http://localhost:99/cb'],
    ['http://LocalHost/A%2fb', 'localhost', 0, '/A%2fb', 'http://LocalHost:99/A%2fb'],
    ['http://127.0.0.1?a=1', '127.0.0.1', 0, '/', 'http://127.0.0.1:99?a=1'],
  ])('keeps the spelling of %s, which the server compares', (uri, host, port, path, sent) => {
    const target = loopbackTarget(uri)
    expect(target).toMatchObject({ host, port, path })
    expect(target.uriOn(99)).toBe(sent)
  })

  it('keeps a query of the redirect URI apart', () => {
    expect(loopbackTarget('http://127.0.0.1/cb?tenant=a&state=x').query).toBe('tenant=a&state=x')
  })

  it.each([
    'https://app.example.com/cb',
    'com.example.app:/cb',
    'urn:ietf:wg:oauth:2.0:oob',
    'http://127.0.0.1.example.com/cb',
    'http://0.0.0.0/cb',
    'http://localhost.example.com/cb',
  ])('leaves %s to pasting', (uri) => {
    expect(parseRedirectUri(uri)).toEqual({ kind: 'elsewhere', uri })
  })

  it.each([
    '',
    'callback',
    '/callback',
    'http://',
    'http:127.0.0.1/cb',
    'http://127.0.0.1/cb#here',
    'http://127.0.0.1/cb#',
    'https://app.example.com/cb#x',
    'https://127.0.0.1/cb',
    'https://localhost:8443/cb',
    'http://user@127.0.0.1/cb',
    'http://127.0.0.1/a b',
    'http://127.0.0.1:99999/cb',
  ])('refuses %j and says what would do', (uri) => {
    expect(() => parseRedirectUri(uri)).toThrowError(
      expect.objectContaining({
        code: 'redirect_uri_invalid',
        exitCode: 2,
        hint: expect.stringContaining('--redirect-uri'),
      }),
    )
  })
})
