import { expect, test } from 'vitest'
import { missingScopes, scopeSet, selectorKey } from '../../src/sessions/selector.ts'

test('nothing asked for is the empty key', () => {
  expect(selectorKey({})).toBe('')
  expect(selectorKey({ scope: ' ', resource: [], audience: '' })).toBe('')
  expect(selectorKey({ scope: undefined, resource: undefined, audience: undefined })).toBe('')
})

test('the same sets in any order are the same key', () => {
  const key = selectorKey({ scope: 'b a', resource: ['https://y', 'https://x'], audience: 'z' })
  expect(key).toBe(
    selectorKey({
      scope: 'a  b a',
      resource: ['https://x', 'https://y', 'https://x'],
      audience: 'z',
    }),
  )
})

test('different wishes are different keys', () => {
  const keys = [
    {},
    { scope: 'a' },
    { scope: 'a b' },
    { scope: 'ab' },
    { resource: ['a'] },
    { resource: ['a', 'b'] },
    { audience: 'a' },
    { scope: 'a', audience: 'a' },
    { scope: 'a', resource: ['a'] },
    { scope: 'A' },
  ].map(selectorKey)
  expect(new Set(keys).size).toBe(keys.length)
})

test('scopes are a set', () => {
  expect(scopeSet(' b a\tb ')).toEqual(['a', 'b'])
  expect(scopeSet(undefined)).toEqual([])
  expect(missingScopes('a b c', 'c a')).toEqual(['b'])
  expect(missingScopes(undefined, 'a')).toEqual([])
  expect(missingScopes('a', '')).toEqual(['a'])
})
