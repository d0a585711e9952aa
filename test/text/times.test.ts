import { expect, test } from 'vitest'
import { distance, duration, rfc3339 } from '../../src/text/times.ts'

test.each([
  [0, '0 s'],
  [-5, '0 s'],
  [0.6, '1 s'],
  [99, '99 s'],
  [100, '2 min'],
  [59 * 60, '59 min'],
  [5999, '100 min'],
  [6000, '1 h 40 min'],
  [7200, '2 h'],
  [7190, '2 h'],
  [86_400, '24 h'],
  [47.99 * 3600, '47 h 59 min'],
  [48 * 3600, '2 days'],
  [30 * 86_400, '30 days'],
])('%d seconds are %j', (seconds, words) => {
  expect(duration(seconds)).toBe(words)
})

test('a distance says in which direction', () => {
  const now = Date.parse('2030-01-01T00:00:00Z')
  expect(distance(now + 240_000, now)).toBe('in 4 min')
  expect(distance(now, now)).toBe('in 0 s')
  expect(distance(now - 3 * 86_400_000, now)).toBe('3 days ago')
})

test('a timestamp is UTC with whole seconds, never later than the moment itself', () => {
  expect(rfc3339(Date.parse('2030-01-02T03:04:05.999Z'))).toBe('2030-01-02T03:04:05Z')
  expect(rfc3339(0)).toBe('1970-01-01T00:00:00Z')
  expect(rfc3339(-1)).toBe('1969-12-31T23:59:59Z')
})
