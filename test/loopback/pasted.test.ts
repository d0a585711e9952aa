import { describe, expect, it } from 'vitest'
import { parsePasted } from '../../src/loopback/pasted.ts'

const redirectUri = 'http://127.0.0.1:4711/callback'
const state = 'sTaTe-0123456789'
const whole = `${redirectUri}?code=c-1.x~y&state=${state}&iss=https%3A%2F%2Fas.example`

function parse(text: string, uri = redirectUri): ReturnType<typeof parsePasted> {
  return parsePasted(text, { redirectUri: uri, state })
}

describe('a pasted address is understood', () => {
  it.each([
    ['as it is', whole],
    ['with a line break at the end', `${whole}\r\n`],
    ['wrapped into lines with indentation', whole.replace(/.{20}/g, '$&\n   ')],
    ['in double quotes', `"${whole}"`],
    ['in single quotes', `'${whole}'`],
    ['in angle brackets', `<${whole}>`],
    ['in a code span', `\`${whole}\``],
    ['with the fragment that some servers add', `${whole}#_=_`],
    ['as its query alone', whole.slice(whole.indexOf('?'))],
    ['as its query without the question mark', whole.slice(whole.indexOf('?') + 1)],
    ['after a broken attempt', `${whole.slice(0, 50)}\n${whole}`],
  ])('%s', (_name, text) => {
    const pasted = parse(text)
    expect(pasted.kind === 'response' ? [...pasted.parameters] : pasted).toEqual([
      ['code', 'c-1.x~y'],
      ['state', state],
      ['iss', 'https://as.example'],
    ])
  })

  it('with an issuer that the server did not encode', () => {
    const text = `code=a&state=${state}&iss=https://as.example/x`
    expect(parse(text)).toMatchObject({ kind: 'response' })
  })

  it('with an error instead of a code', () => {
    const pasted = parse(`${redirectUri}?error=access_denied&state=${state}`)
    expect(pasted.kind === 'response' && pasted.parameters.get('error')).toBe('access_denied')
  })

  it.each([
    ['http://localhost:8080', `http://localhost:8080/?code=a&state=${state}`],
    ['http://localhost:8080', `http://localhost:8080?code=a&state=${state}`],
    ['http://localhost:80/cb', `http://localhost/cb?code=a&state=${state}`],
    ['https://app.example/cb', `https://app.example/cb?code=a&state=${state}`],
    ['com.example.app:/cb', `com.example.app:/cb?code=a&state=${state}`],
    [
      'http://127.0.0.1:1/cb?state=p&t=1',
      `http://127.0.0.1:1/cb?state=p&t=1&code=a&state=${state}`,
    ],
  ])('for the redirect %s as %s', (uri, text) => {
    const pasted = parse(text, uri)
    const states = pasted.kind === 'response' ? pasted.parameters.getAll('state') : pasted
    expect(states).toEqual([state])
  })
})

describe('more is waited for', () => {
  it.each([
    ['nothing', ' \n '],
    ['the beginning of the redirect', redirectUri.slice(0, 12)],
    ['the redirect alone', redirectUri],
    ['an address cut in its code', `${redirectUri}?code=c-1`],
    ['an address cut in its state', whole.slice(0, whole.indexOf(state) + 5)],
    ['a state that came before its code', `${redirectUri}?state=${state}&co`],
  ])('%s', (_name, text) => {
    expect(parse(text)).toEqual({ kind: 'incomplete' })
  })
})

describe('what is not of this login is told apart', () => {
  it.each([
    ['a bare code', '4/0AX4XfWh-abc', /whole address/],
    ['a bare code with padding', 'YWJj==', /whole address/],
    ['another state', `${redirectUri}?code=a&state=other`, /another login/],
    ['a longer state', `${redirectUri}?code=a&state=${state}x`, /another login/],
    ['two states', `${whole}&state=${state}`, /another login/],
    ['two codes', `${whole}&code=b`, /twice/],
    ['another host', whole.replace('127.0.0.1', 'evil.example'), /not the one/],
    ['another port', whole.replace('4711', '4712'), /not the one/],
    ['a longer path', whole.replace('callback', 'callback2'), /not the one/],
    [
      'the address of the login page',
      'https://as.example/authorize?client_id=a&state=x',
      /not the one/,
    ],
    ['a whole book', 'x'.repeat(70_000), /too long/],
  ])('%s', (_name, text, why) => {
    expect(parse(text)).toEqual({ kind: 'foreign', why: expect.stringMatching(why) })
  })
})
