import { expect, test } from 'vitest'
import type { TokenAnswer } from '../../src/protocol/token-answer.ts'
import { applyGrant, storedToken, withRefreshToken } from '../../src/sessions/merge.ts'
import type { SessionRecord, StoredToken } from '../../src/sessions/record.ts'

const NOW = 1_800_000_000_000

function answer(members: Partial<TokenAnswer> = {}): TokenAnswer {
  return {
    accessToken: 'new',
    tokenType: 'Bearer',
    expiresAt: NOW + 3_600_000,
    obtainedAt: NOW,
    scope: undefined,
    refreshToken: undefined,
    idToken: undefined,
    ...members,
  }
}

const main: StoredToken = {
  selector: '',
  accessToken: 'main',
  tokenType: 'Bearer',
  scope: 'a b',
  obtainedAt: NOW - 1,
}
const side = (name: string): StoredToken => ({ ...main, selector: name, accessToken: name })
const record: SessionRecord = {
  revision: 'r',
  profile: 'p',
  clientId: 'c',
  scope: 'a b',
  refreshToken: 'old-refresh',
  idToken: 'old-id',
  tokens: [main],
}

test('a new refresh token takes the place of the old one', () => {
  expect(withRefreshToken(record, 'next').refreshToken).toBe('next')
  const { merged } = applyGrant(record, answer({ refreshToken: 'next' }), {})
  expect(merged.refreshToken).toBe('next')
})

test('without a new one the old refresh token stays', () => {
  expect(withRefreshToken(record, undefined)).toEqual(record)
  expect(applyGrant(record, answer(), {}).merged.refreshToken).toBe('old-refresh')
})

test('a side token brings its refresh token along', () => {
  const { merged } = applyGrant(record, answer({ refreshToken: 'next' }), { scope: 'a' })
  expect(merged.refreshToken).toBe('next')
})

test('the token of the login is replaced, with scope and ID token', () => {
  const { merged, token } = applyGrant(record, answer({ scope: 'a', idToken: 'new-id' }), {})
  expect(merged).toMatchObject({ scope: 'a', idToken: 'new-id', tokens: [{ accessToken: 'new' }] })
  expect(merged.tokens).toEqual([token])
})

test('without a scope in the answer it is the one that was asked for', () => {
  expect(applyGrant(record, answer(), {}).merged.scope).toBe('a b')
  expect(applyGrant(record, answer(), { scope: 'a' }).token.scope).toBe('a')
})

test('a side token stands beside the others and changes neither scope nor ID token', () => {
  const before = { ...record, tokens: [main, side('scope=b')] }
  const { merged } = applyGrant(before, answer({ scope: 'a', idToken: 'x' }), { scope: 'a' })
  expect(merged.tokens.map((one) => one.selector)).toEqual(['', 'scope=b', 'scope=a'])
  expect(merged).toMatchObject({ scope: 'a b', idToken: 'old-id' })
})

test('the token of the login keeps the resource that the login asked for', () => {
  const before = { ...record, tokens: [{ ...main, resource: ['https://api'], audience: 'api' }] }
  expect(applyGrant(before, answer(), {}).token).toMatchObject({
    resource: ['https://api'],
    audience: 'api',
  })
})

test('of many side tokens the oldest go, never the one of the login nor the newest', () => {
  let current = record
  for (let n = 0; n < 20; n++) {
    current = applyGrant(current, answer({ accessToken: `t${n}` }), { scope: `s${n}` }).merged
  }
  expect(current.tokens).toHaveLength(8)
  expect(current.tokens[0]?.selector).toBe('')
  expect(current.tokens.at(-1)?.accessToken).toBe('t19')
})

test('a stored token has no members that nobody asked for', () => {
  expect(storedToken(answer({ expiresAt: undefined }), { resource: [] }, 'a')).toStrictEqual({
    selector: '',
    accessToken: 'new',
    tokenType: 'Bearer',
    scope: 'a',
    obtainedAt: NOW,
  })
})
