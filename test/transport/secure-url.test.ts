import { expect, test } from 'vitest'
import { checkSecureUrl } from '../../src/transport/secure-url.ts'

test.each([
  'https://login.example.com/',
  'http://127.0.0.1:8080/x',
  'http://127.9.9.9/',
  'http://localhost:3000/',
  'http://[::1]:3000/',
  // Other spellings of 127.0.0.1, which URL resolves.
  'http://0x7f.1/',
  'http://2130706433/',
])('%s is allowed', (url) => {
  expect(checkSecureUrl(url, undefined).href).toBe(new URL(url).href)
})

test.each([
  ['http://login.example.com/', 'insecure_url'],
  ['http://127.0.0.1.example.com/', 'insecure_url'],
  ['http://localhost.example.com/', 'insecure_url'],
  ['http://0.0.0.0/', 'insecure_url'],
  // Many resolvers ask the network for it.
  ['http://app.localhost/', 'insecure_url'],
  ['http://127.0.0.1@example.com/', 'insecure_url'],
  ['http://192.168.0.1/', 'insecure_url'],
  ['ftp://localhost/', 'insecure_url'],
  ['file:///etc/passwd', 'insecure_url'],
  ['javascript:alert(1)', 'insecure_url'],
  ['login.example.com', 'url_invalid'],
  ['', 'url_invalid'],
])('%s is refused', (url, code) => {
  expect(() => checkSecureUrl(url, undefined)).toThrow(
    expect.objectContaining({ code, exitCode: 2 }),
  )
})

test('--allow-http allows plain http with a warning each time, and nothing else', () => {
  const warned: string[] = []
  const allow = (url: URL) => void warned.push(url.host)
  checkSecureUrl('http://example.com:8080/', allow)
  checkSecureUrl('http://example.com:8080/', allow)
  checkSecureUrl('https://example.com/', allow)
  checkSecureUrl('http://localhost/', allow)
  expect(warned).toEqual(['example.com:8080', 'example.com:8080'])
  expect(() => checkSecureUrl('ftp://example.com/', allow)).toThrow('not https')
})
