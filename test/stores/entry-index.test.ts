import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { createEntryIndex, type EntrySummary } from '../../src/stores/entry-index.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const secret: EntrySummary = {
  kind: 'secret',
  name: 'Robot',
  entry: 'secret:Robot@ab12',
  store: 'keychain',
  changedAt: 1_700_000_000_123,
}
const key: EntrySummary = {
  kind: 'key',
  name: 'ci',
  entry: 'key:ci',
  store: 'file',
  changedAt: 1_699_999_000_000,
  alg: 'ES256',
  kid: 'a-key-id',
}
let folder: string

beforeEach(() => {
  folder = join(temporaryFolder(), 'entries')
})

test('nothing written, nothing listed', () => {
  const index = createEntryIndex({ folder })
  expect(index.list()).toEqual([])
  expect(index.remove('file', 'key:ci')).toBe(false)
})

test('what is written is listed, by another process too, in private files', () => {
  const index = createEntryIndex({ folder })
  index.write(key)
  index.write(secret)
  expect(createEntryIndex({ folder }).list()).toEqual([secret, key])
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  for (const file of readdirSync(folder)) {
    expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600)
  }
})

test('the same name in two stores is two entries', () => {
  const index = createEntryIndex({ folder })
  index.write(key)
  index.write({ ...key, store: 'keychain' })
  expect(index.list().map(({ store }) => store)).toHaveLength(2)
  expect(index.remove('file', key.entry)).toBe(true)
  expect(index.list()).toEqual([{ ...key, store: 'keychain' }])
})

test.each([
  ['cut', (text: string) => text.slice(0, 20)],
  ['of a later version', (text: string) => text.replace('"version": 1', '"version": 2')],
  ['without its store', (text: string) => text.replace('"file"', '"none"')],
  ['without a name', (text: string) => text.replace('"name"', '"nome"')],
  ['without a time', (text: string) => text.replace(/"changed_at": "[^"]*"/, '"changed_at": "x"')],
  ['null', () => 'null'],
])('a file that is damaged (%s) reads as absent', (_, damage) => {
  const index = createEntryIndex({ folder })
  index.write(key)
  const path = join(folder, readdirSync(folder)[0] ?? '')
  writeFileSync(path, damage(readFileSync(path, 'utf8')))
  expect(index.list()).toEqual([])
})

test('a file under the name of another entry reads as absent', () => {
  const index = createEntryIndex({ folder })
  index.write(key)
  renameSync(join(folder, readdirSync(folder)[0] ?? ''), join(folder, 'file%2fkey%3aother.json'))
  expect(index.list()).toEqual([])
})
