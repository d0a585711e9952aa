import { expect, test } from 'vitest'
import { visible, visibleJson } from '../../src/text/visible.ts'

test.each([
  ['plain text, Zoë, 日本, 👍', 'plain text, Zoë, 日本, 👍'],
  ['\u001b[31mred', '\\u{1b}[31mred'],
  ['\u009b31m', '\\u{9b}31m'],
  ['two\nlines\r\n', 'two\\u{a}lines\\u{d}\\u{a}'],
  ['bell\u0007, tab\t, nul\u0000, del\u007f', 'bell\\u{7}, tab\\u{9}, nul\\u{0}, del\\u{7f}'],
  ['right\u202eleft\u2066', 'right\\u{202e}left\\u{2066}'],
  ['zero\u200bwidth\ufeff', 'zero\\u{200b}width\\u{feff}'],
  ['line\u2028paragraph\u2029', 'line\\u{2028}paragraph\\u{2029}'],
  ['tag\u{e0041}', 'tag\\u{e0041}'],
])('%j is shown as %j', (text, shown) => {
  expect(visible(text)).toBe(shown)
})

test('a text that is too long is cut, and says so', () => {
  expect(visible('abcdef', 4)).toBe('abcd…')
  expect(visible('abcd', 4)).toBe('abcd')
})

test('the same characters in JSON become escapes of the same value', () => {
  const value = { name: 'a\u202eb\u009bc\u{e0041}', line: 'x\ny' }
  const shown = visibleJson(JSON.stringify(value, null, 2))
  expect(JSON.parse(shown)).toEqual(value)
  // oxlint-disable-next-line no-control-regex -- these are what must not come through
  expect(shown).not.toMatch(/[\u0000-\u0009\u007f-\u009f\u202e]|\u{e0041}/u)
  expect(shown.split('\n')).toHaveLength(4)
})

test('no control character survives, wherever it stands', () => {
  for (let code = 0; code < 0xa0; code++) {
    const shown = visible(`a${String.fromCharCode(code)}b`)
    const isControl = code < 0x20 || code >= 0x7f
    expect(shown.includes('\\u{'), `U+${code.toString(16)}`).toBe(isControl)
  }
})
