import { expect, test } from 'vitest'
import { locateJsonFault } from '../../src/config/json-position.ts'

test.each([
  ['', 1, 1, /a value, found the end/],
  ['{', 1, 2, /a name in double quotes, found the end/],
  ['{"a": 1,}', 1, 9, /a name in double quotes, found "}"/],
  ['{"a": 1\n "b": 2}', 2, 2, /"," or "}", found "\\""/],
  ["{'a': 1}", 1, 2, /a name in double quotes/],
  ['{"a" 1}', 1, 6, /":", found "1"/],
  ['{\n  "a": nope\n}', 2, 8, /a value, found "n"/],
  ['[1, 2', 1, 6, /"," or "]", found the end/],
  ['{"a": "un\nended"}', 1, 7, /a complete string/],
  ['{"a": "\\x"}', 1, 7, /a complete string/],
  ['{} {}', 1, 4, /the end of the file, found "{"/],
  ['{"a": 01}', 1, 8, /"," or "}"/],
  ['// comment\n{}', 1, 1, /a value/],
  ['\r\n\r\n{"a":}', 3, 6, /a value/],
])('%j is wrong at %i:%i', (text, line, column, reason) => {
  expect(() => JSON.parse(text)).toThrow(SyntaxError)
  expect(locateJsonFault(text)).toEqual({
    line,
    column,
    reason: expect.stringMatching(reason),
  })
})

const VALID = '{"a": [1, -2.5e3, true, null], "b": {"c": "x\\n\\u0041"}, "d": []}'

// Every text that is one character away from a valid one.
test('whatever JSON.parse refuses has a place, and only that', () => {
  const wrong: string[] = []
  for (let at = 0; at <= VALID.length; at++) {
    for (const middle of ['', '"', '}', ']', ',', '\\', '0', ' ', '\n', 'e', '-']) {
      wrong.push(VALID.slice(0, at) + middle + VALID.slice(at + 1))
      wrong.push(VALID.slice(0, at) + middle + VALID.slice(at))
    }
    wrong.push(VALID.slice(0, at))
  }
  for (const text of wrong) {
    const fault = locateJsonFault(text)
    expect(fault.reason !== 'not JSON', text).toBe(!isJson(text))
    expect(fault.line, text).toBeLessThanOrEqual(text.split('\n').length)
    expect(fault.column, text).toBeLessThanOrEqual(text.length + 1)
  }
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
