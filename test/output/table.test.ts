import { expect, test } from 'vitest'
import { table } from '../../src/output/table.ts'

const HEADINGS = ['profile', 'issuer']
const ROWS = [
  ['work', 'https://login.example.com'],
  ['a-longer-name', ''],
]

test('columns are aligned under their headings, without spaces at the end', () => {
  expect(table(HEADINGS, ROWS, Number.POSITIVE_INFINITY)).toBe(
    ['PROFILE        ISSUER', 'work           https://login.example.com', 'a-longer-name'].join(
      '\n',
    ),
  )
})

test('what does not fit becomes a block a row, and nothing is cut', () => {
  const shown = table(HEADINGS, ROWS, 39)
  expect(shown).toBe(
    [
      'profile  work',
      'issuer   https://login.example.com',
      '',
      'profile  a-longer-name',
      'issuer',
    ].join('\n'),
  )
  expect(table(HEADINGS, ROWS, 40).split('\n')).toHaveLength(3)
})

test('a cell cannot control the terminal or break the line', () => {
  const shown = table(HEADINGS, [['a\nb', '\u001b[2Jhttps://x']], 100)
  expect(shown.split('\n')).toHaveLength(2)
  expect(shown).not.toContain('\u001b')
})
