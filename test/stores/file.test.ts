import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { StoreError } from '../../src/errors/families.ts'
import { createFileStore, readFileStoreSync } from '../../src/stores/file.ts'
import { realRandom } from '../support/real-parts.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { secretStoreContract } from './secret-store-contract.ts'

const key = randomBytes(32)
let folder: string

beforeEach(() => {
  folder = join(temporaryFolder(), 'state', 'sessions')
})

const open = (use: Uint8Array = key) =>
  createFileStore({ folder, key: () => use, random: realRandom })

describe('the contract', () => {
  secretStoreContract(() => open())
})

test('one private file per session, and nothing readable in it but its name', async () => {
  await open().write('secret:robot', 'refresh-token-in-clear')
  expect(readdirSync(folder)).toEqual(['secret%3arobot.jwe'])
  const path = join(folder, 'secret%3arobot.jwe')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  const parts = readFileSync(path, 'utf8').split('.')
  const decoded = parts.map((part) => Buffer.from(part, 'base64url').toString('latin1'))
  expect(decoded.join()).not.toContain('clear')
  expect(JSON.parse(decoded[0] ?? '')).toMatchObject({ session: 'secret:robot', alg: 'dir' })
})

test('a file that was readable by others is not afterwards', async () => {
  await open().write('work', 'old')
  chmodSync(join(folder, 'work.jwe'), 0o644)
  await open().write('work', 'new')
  expect(statSync(join(folder, 'work.jwe')).mode & 0o777).toBe(0o600)
})

test('another key: store_wrong_key, and the file stays', async () => {
  await open().write('work', 'text')
  await expect(open(randomBytes(32)).read('work')).rejects.toMatchObject({
    code: 'store_wrong_key',
  })
  expect(await open().read('work')).toBe('text')
})

test.each([
  ['cut', (text: string) => text.slice(0, -30)],
  ['empty', () => ''],
  ['one character changed', (text: string) => text.replace(/\.(.)([^.]*)$/, '.$2$1')],
  ['not a JWE', () => '{"access_token":"x"}'],
])('a damaged file (%s): store_damaged, and the file stays', async (_, damage) => {
  await open().write('work', 'text')
  const path = join(folder, 'work.jwe')
  const damaged = damage(readFileSync(path, 'utf8'))
  writeFileSync(path, damaged)
  await expect(open().read('work')).rejects.toMatchObject({ code: 'store_damaged' })
  expect(readFileSync(path, 'utf8')).toBe(damaged)
})

test("another session's file: store_damaged, naming both", async () => {
  await open().write('work', 'text')
  copyFileSync(join(folder, 'work.jwe'), join(folder, 'home.jwe'))
  await expect(open().read('home')).rejects.toMatchObject({
    code: 'store_damaged',
    message: expect.stringMatching(/holds the session work, not home/),
  })
})

test('the synchronous reader, which asks for no key where there is no file', async () => {
  await open().write('work', 'text')
  expect(readFileStoreSync({ folder, key: () => key }, 'work')).toBe('text')
  const noKey = () => {
    throw new Error('asked for the key')
  }
  expect(readFileStoreSync({ folder, key: noKey }, 'nobody')).toBeUndefined()
})

test('a probe fails without a key, and leaves no file', async () => {
  const missing = new StoreError('no key', { code: 'store_key_missing' })
  const store = createFileStore({
    folder,
    key: () => {
      throw missing
    },
    random: realRandom,
  })
  await expect(store.probe()).rejects.toBe(missing)
  await open().probe()
  expect(readdirSync(folder)).toEqual([])
})
