import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { createSessionIndex, type SessionSummary } from '../../src/stores/session-index.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const least: SessionSummary = {
  version: 1,
  id: 'work',
  profile: 'work',
  clientId: 'cli',
  scope: '',
  refreshable: false,
  store: 'keychain',
  revision: 'r1',
}
const full: SessionSummary = {
  ...least,
  id: 'Home@ab12',
  issuer: 'https://login.example.com',
  tokenEndpoint: 'https://login.example.com/token',
  sub: 'user-1',
  username: 'Zoë',
  scope: 'openid profile',
  expiresAt: 1_700_000_000_123,
  obtainedAt: 1_699_999_000_000,
  refreshable: true,
  store: 'file',
}
let folder: string

beforeEach(() => {
  folder = join(temporaryFolder(), 'index')
})

test('nothing written, nothing read', () => {
  const index = createSessionIndex({ folder })
  expect(index.list()).toEqual([])
  expect(index.read('work')).toBeUndefined()
  expect(index.remove('work')).toBe(false)
})

test('gives back what was written, and lists it', () => {
  const index = createSessionIndex({ folder })
  for (const summary of [least, full]) {
    index.write(summary)
    expect(index.read(summary.id)).toEqual(summary)
  }
  expect(index.list()).toEqual([full, least])
  expect(index.remove('work')).toBe(true)
  expect(index.list()).toEqual([full])
})

test('the file has the names of the protocol and RFC 3339 times, for the owner alone', () => {
  createSessionIndex({ folder }).write(full)
  const [name = ''] = readdirSync(folder)
  expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
  expect(JSON.parse(readFileSync(join(folder, name), 'utf8'))).toEqual({
    version: 1,
    id: 'Home@ab12',
    profile: 'work',
    issuer: 'https://login.example.com',
    token_endpoint: 'https://login.example.com/token',
    client_id: 'cli',
    sub: 'user-1',
    username: 'Zoë',
    scope: 'openid profile',
    expires_at: '2023-11-14T22:13:20.123Z',
    obtained_at: '2023-11-14T21:56:40.000Z',
    refreshable: true,
    store: 'file',
    revision: 'r1',
  })
})

test.each([
  ['empty', ''],
  ['cut', '{"version":1,"id":"wo'],
  ['not an object', '[]'],
  ['of a newer version', JSON.stringify({ version: 2, id: 'work' })],
  ['without a client', JSON.stringify({ version: 1, id: 'work', profile: 'work' })],
])('a file that is %s counts as absent', (_, text) => {
  const index = createSessionIndex({ folder })
  index.write(full)
  index.write(least)
  writeFileSync(join(folder, 'work.json'), text)
  expect(index.read('work')).toBeUndefined()
  expect(index.list()).toEqual([full])
})

test('unknown keys are passed over', () => {
  const index = createSessionIndex({ folder })
  index.write(least)
  const path = join(folder, 'work.json')
  const members = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify({ ...members, colour: 'blue', expires_at: 5 }))
  expect(index.read('work')).toEqual(least)
})

test('a file under the name of another session is not believed', () => {
  const index = createSessionIndex({ folder })
  index.write(least)
  renameSync(join(folder, 'work.json'), join(folder, 'home.json'))
  expect(index.read('home')).toBeUndefined()
  expect(index.list()).toEqual([])
})
