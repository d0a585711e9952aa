import { expect, test } from 'vitest'
import { proxyFor } from '../../src/transport/proxy.ts'

const HTTPS = 'https://login.example.com/token'
const P = 'http://proxy:3128'

test.each([
  ['none', HTTPS, {}, undefined],
  ['for https', HTTPS, { HTTPS_PROXY: P }, `${P}/`],
  ['for http, not for https', HTTPS, { HTTP_PROXY: P }, undefined],
  ['for http', 'http://a/', { HTTP_PROXY: P }, `${P}/`],
  ['for all', HTTPS, { ALL_PROXY: P }, `${P}/`],
  ['lower case wins', HTTPS, { HTTPS_PROXY: 'http://other', https_proxy: P }, `${P}/`],
  ['empty is none', HTTPS, { HTTPS_PROXY: '' }, undefined],
  ['without a scheme', HTTPS, { HTTPS_PROXY: 'proxy:3128' }, `${P}/`],
  ['with a password', HTTPS, { HTTPS_PROXY: 'http://u:p@proxy:1' }, 'http://u:p@proxy:1/'],
])('%s', (_, url, env, expected) => {
  expect(proxyFor(new URL(url), { env })).toBe(expected)
})

test.each([
  ['*', true],
  ['login.example.com', true],
  ['LOGIN.example.com', true],
  ['example.com', true],
  ['.example.com', true],
  ['*.example.com', true],
  ['other.com, example.com', true],
  ['other.com example.com', true],
  ['example.com:443', true],
  ['example.com:8443', false],
  ['ample.com', false],
  ['example.com.evil.org', false],
  ['', false],
  [',', false],
])('NO_PROXY=%s: direct %s', (list, direct) => {
  const env = { HTTPS_PROXY: P, NO_PROXY: list }
  expect(proxyFor(new URL(HTTPS), { env })).toBe(direct ? undefined : `${P}/`)
})

test.each([
  ['::1', true],
  ['[::1]', true],
  ['[::1]:8443', true],
  ['[::1]:443', false],
  ['::2', false],
  ['fe80::1', false],
])('NO_PROXY=%s for an IPv6 address: direct %s', (list, direct) => {
  const env = { HTTPS_PROXY: P, NO_PROXY: list }
  expect(proxyFor(new URL('https://[::1]:8443/'), { env })).toBe(direct ? undefined : `${P}/`)
})

test('--proxy wins over the variables', () => {
  const env = { HTTPS_PROXY: 'http://other' }
  expect(proxyFor(new URL(HTTPS), { env, proxy: P })).toBe(`${P}/`)
})

test.each([
  ['socks5://proxy:1080', 'proxy_invalid'],
  ['http://', 'proxy_invalid'],
  ['http://hunter2%zz@proxy:3128', 'proxy_invalid'],
  ['http://user:hunter2-secret@proxy:3128', 'literal_secret'],
])('--proxy %s is refused without repeating it', (proxy, code) => {
  let thrown: unknown
  try {
    proxyFor(new URL(HTTPS), { env: {}, proxy })
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({ code, exitCode: 2 })
  expect(String(thrown) + JSON.stringify(thrown)).not.toContain('hunter2')
})
