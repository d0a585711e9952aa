import { expect, test } from 'vitest'
import { layOutJson } from '../../src/text/json-layout.ts'

test.each([
  '{"a":1,"b":[1,2,{"c":null}],"d":{},"e":[],"f":"x, {y}: [z]"}',
  '[]',
  '{}',
  '"text"',
  '[[[]],[{}]]',
  '{"escaped":"a \\"quoted\\" \\\\ text"}',
  ' { "spaced" :\n [ 1 , 2 ] } ',
])('%s is laid out as JSON.stringify does it', (json) => {
  expect(layOutJson(json)).toBe(JSON.stringify(JSON.parse(json), null, 2))
})

test('numbers, duplicates and spellings stay as they were written', () => {
  const json = '{"n":12345678901234567890,"n":1.0,"e":1E+2,"t":"\\u0041\\/"}'
  expect(layOutJson(json)).toBe(
    '{\n  "n": 12345678901234567890,\n  "n": 1.0,\n  "e": 1E+2,\n  "t": "\\u0041\\/"\n}',
  )
})
