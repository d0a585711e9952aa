import { expect, test } from 'vitest'
import { isAlive, isFresh } from '../../src/sessions/freshness.ts'

const NOW = 1_800_000_000_000

/** A token that has `left` seconds left of its `lifetime`. */
const token = (left: number, lifetime: number) => ({
  expiresAt: NOW + left * 1000,
  obtainedAt: NOW + (left - lifetime) * 1000,
})

test.each([
  ['an hour, 61 s left', token(61, 3600), undefined, true],
  ['an hour, 60 s left', token(60, 3600), undefined, false],
  ['100 s, 21 s left: a fifth counts', token(21, 100), undefined, true],
  ['100 s, 20 s left', token(20, 100), undefined, false],
  ['an hour, --min-ttl 0, 1 s left', token(1, 3600), 0, true],
  ['an hour, --min-ttl 0, expired', token(0, 3600), 0, false],
  ['an hour, --min-ttl 300, 300 s left', token(300, 3600), 300, false],
  ['100 s, --min-ttl 300: what is asked wins', token(100, 100), 300, false],
  ['expired long ago', token(-3600, 3600), undefined, false],
  ['lifetime unknown, 61 s left', { expiresAt: NOW + 61_000 }, undefined, true],
  ['lifetime unknown, 59 s left', { expiresAt: NOW + 59_000 }, undefined, false],
  ['expiry unknown', { obtainedAt: NOW - 1e10 }, 3600, true],
])('%s: fresh %s', (_, one, minTtl, fresh) => {
  expect(isFresh(one, NOW, minTtl)).toBe(fresh)
})

test('a token is alive to its last moment', () => {
  expect(isAlive({ expiresAt: NOW + 1 }, NOW)).toBe(true)
  expect(isAlive({ expiresAt: NOW }, NOW)).toBe(false)
  expect(isAlive({}, NOW)).toBe(true)
})
