import { expect, test } from 'vitest'
import { loopbackHost, parseUrl } from '../../src/text/urls.ts'

test.each([
  ['127.0.0.1', true],
  ['127.255.0.9', true],
  ['localhost', true],
  ['localhost.', false],
  ['app.localhost', false],
  ['[::1]', true],
  ['::1', true],
  ['127.0.0.1.example.com', false],
  ['localhost.example.com', false],
  ['notlocalhost', false],
  ['128.0.0.1', false],
  ['0.0.0.0', false],
  ['[::]', false],
  ['', false],
])('%s is loopback: %s', (host, expected) => {
  expect(loopbackHost(host)).toBe(expected ? host.replace(/[[\]]/g, '') : undefined)
})

test('what is no URL is none', () => {
  expect(parseUrl('https://host/path')?.host).toBe('host')
  expect(parseUrl('host/path')).toBeUndefined()
  expect(parseUrl('')).toBeUndefined()
})
