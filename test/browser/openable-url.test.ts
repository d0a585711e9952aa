import { describe, expect, it } from 'vitest'
import { openableUrl } from '../../src/browser/openable-url.ts'

describe('openableUrl', () => {
  it.each([
    'https://as.example/authorize?a=1&b=%20',
    'http://127.0.0.1:8080/x',
    'http://localhost/x',
    'http://[::1]:1/x',
  ])('lets %s through', (url) => {
    expect(openableUrl(url, false)).toEqual({ kind: 'openable', href: url })
  })

  it.each([
    'http://as.example/authorize',
    'http://127.0.0.1.example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'vscode://open?x',
    'data:text/html,x',
    '-https://as.example/',
    '--help',
    'https:as.example',
    'https://',
    String.raw`\\server\share`,
    'https://as.example/\u0007',
    'https://as.example/\na',
    ' https://as.example/',
    'https://as.example/ --option',
    '',
  ])('refuses %j', (url) => {
    expect(openableUrl(url, false)).toMatchObject({ kind: 'refused', reason: expect.any(String) })
  })

  it('writes what a command line could take amiss as escapes', () => {
    expect(openableUrl(`https://as.example/a"b?c"d'e<f`, false)).toEqual({
      kind: 'openable',
      href: 'https://as.example/a%22b?c%22d%27e%3Cf',
    })
  })

  it('opens plain http to another machine only when that was asked for', () => {
    expect(openableUrl('http://as.example/x', true)).toMatchObject({ kind: 'openable' })
    expect(openableUrl('file:///x', true)).toMatchObject({ kind: 'refused' })
  })
})
