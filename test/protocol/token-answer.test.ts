import { expect, test } from 'vitest'
import { checkTokenText, readTokenAnswer } from '../../src/protocol/token-answer.ts'

const NOW = 1_800_000_000_000

test.each([
  [undefined, undefined],
  [0, NOW],
  [3600, NOW + 3_600_000],
  [0.0015, NOW + 1],
  [1e15, Date.parse('9999-12-31T23:59:59Z')],
  [Number.MAX_VALUE, Date.parse('9999-12-31T23:59:59Z')],
])('expires_in %s counts from when the request went out', (seconds, expiresAt) => {
  const members = { access_token: 'a', token_type: 'bearer' }
  const answer = readTokenAnswer(
    seconds === undefined ? members : { ...members, expires_in: seconds },
    NOW,
  )
  expect(answer).toMatchObject({ expiresAt, obtainedAt: NOW, tokenType: 'Bearer' })
  if (answer.expiresAt !== undefined) {
    expect(new Date(answer.expiresAt).toISOString()).toMatch(/^\d{4}-/)
  }
})

test('a token type that is not Bearer stays as it was written', () => {
  expect(readTokenAnswer({ access_token: 'a', token_type: 'N_A' }, NOW).tokenType).toBe('N_A')
})

test.each(['DPoP', 'dpop'])('a token of type %s, which needs a proof, is refused', (type) => {
  expect(() => readTokenAnswer({ access_token: 'a', token_type: type }, NOW)).toThrow(
    expect.objectContaining({ code: 'token_type_unsupported', exitCode: 5 }),
  )
})

test.each(['abc', 'a.b-c_d~e+f/g==', 'eyJ.eyJ.sig'])('%s is a bearer token', (token) => {
  expect(() => checkTokenText(token, 'access token')).not.toThrow()
})

test.each(['', 'a b', 'a\n', "a'b", 'a"b', 'a$b', 'ä', 'a=b', 'a;b', '\u001b[2J'])(
  '%j is none, and is not repeated',
  (token) => {
    expect(() => checkTokenText(token, 'access token')).toThrow(
      expect.objectContaining({ code: 'token_malformed', exitCode: 5 }),
    )
  },
)

test.each(['eyJh.eyJi.sig', 'a.b.', 'a..c.d.e'])('%s has the form of an ID token', (token) => {
  const members = { access_token: 'a', token_type: 'bearer', id_token: token }
  expect(readTokenAnswer(members, NOW).idToken).toBe(token)
})

test.each(["a.b.c'; id; '", 'a.b.c\n', 'a.b+.c', 'a.b.c=', 'abc', '', 'a.\u001b[2J.c'])(
  'an ID token %j is refused, and not repeated',
  (token) => {
    const members = { access_token: 'a', token_type: 'bearer', id_token: token }
    const read = () => readTokenAnswer(members, NOW)
    expect(read).toThrow(expect.objectContaining({ code: 'token_malformed', exitCode: 5 }))
    if (token !== '') expect(read).not.toThrow(token)
  },
)
