import { expect, test } from 'vitest'
import { fileNameFor } from '../../src/files/file-name.ts'

test.each([
  ['work', 'work'],
  ['secret:robot', 'secret%3arobot'],
  ['Work', '%57ork'],
  ['a@b_c-d.e', 'a@b_c-d.e'],
  ['../etc', '..%2fetc'],
  ['a%3ab', 'a%253ab'],
  ['é', '%c3%a9'],
  ['nul', '%6eul'],
  ['com1.x', '%63om1.x'],
  ['console', 'console'],
])('%j becomes %j', (name, file) => {
  expect(fileNameFor(name)).toBe(file)
})

test('no two names share a file, also where case is ignored', () => {
  const names = ['a:b', 'a%3ab', 'A:b', 'a-b', 'a~b', 'a b', 'a/b', 'a\\b', 'ab', 'AB', 'Ab']
  const files = new Set(names.map((name) => fileNameFor(name).toLowerCase()))
  expect(files.size).toBe(names.length)
})
