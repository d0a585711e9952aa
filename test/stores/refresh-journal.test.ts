import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { createRefreshJournal } from '../../src/stores/refresh-journal.ts'
import { createFakeClock } from '../support/real-parts.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let folder: string

beforeEach(() => {
  folder = join(temporaryFolder(), 'journal')
})

const open = () => createRefreshJournal({ folder, clock: createFakeClock() })

test('counts how often a token was sent with an unknown outcome, over processes', () => {
  expect(open().attempts('work', 'token')).toBe(0)
  open().begin('work', 'token')
  expect(open().attempts('work', 'token')).toBe(1)
  open().begin('work', 'token')
  expect(open().attempts('work', 'token')).toBe(2)
  expect(open().isExhausted('work')).toBe(true)
  open().settle('work')
  expect(open().isExhausted('work')).toBe(false)
  expect(open().attempts('work', 'token')).toBe(0)
})

test('another token starts anew, another session is another matter', () => {
  open().begin('work', 'first')
  expect(open().attempts('work', 'second')).toBe(0)
  expect(open().attempts('home', 'first')).toBe(0)
  open().begin('work', 'second')
  expect(open().attempts('work', 'second')).toBe(1)
})

test('settling what was never begun does nothing', () => {
  expect(() => open().settle('work')).not.toThrow()
})

test('holds a fingerprint and never the token', () => {
  open().begin('work', 'a-secret-refresh-token')
  const text = readFileSync(join(folder, 'work.json'), 'utf8')
  expect(text).not.toContain('secret')
  expect(JSON.parse(text)).toEqual({
    version: 1,
    fingerprint: expect.stringMatching(/^[\w-]{16}$/),
    attempts: 1,
    started_at: '2023-11-14T22:13:20.000Z',
  })
})

test.each(['', '{"version":1,', '{"version":2}', '{"version":1,"fingerprint":"x"}', 'null'])(
  'a damaged journal (%j) counts as one attempt',
  (text) => {
    mkdirSync(folder)
    writeFileSync(join(folder, 'work.json'), text)
    expect(open().attempts('work', 'token')).toBe(1)
    open().begin('work', 'token')
    expect(open().attempts('work', 'token')).toBe(2)
  },
)

test('a begin that cannot be written throws', () => {
  writeFileSync(folder, 'a file where the folder should be')
  expect(() => open().begin('work', 'token')).toThrow(
    expect.objectContaining({ code: 'store_unavailable' }),
  )
  chmodSync(folder, 0o600)
  expect(readdirSync(join(folder, '..'))).toEqual(['journal'])
})
