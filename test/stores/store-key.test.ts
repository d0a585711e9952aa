import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EXIT } from '../../src/errors/exit-codes.ts'
import { readStoreKey } from '../../src/stores/store-key.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// Bytes whose base64 has characters of both alphabets.
const bytes = Buffer.from('fbf0'.repeat(16), 'hex')

function keyFile(text: string): string {
  const path = join(temporaryFolder(), 'key')
  writeFileSync(path, text)
  return path
}

test.each([
  ['base64', bytes.toString('base64')],
  ['base64 without padding', bytes.toString('base64').replace('=', '')],
  ['base64url', bytes.toString('base64url')],
  ['base64url with padding', `${bytes.toString('base64url')}=`],
])('%s, in the variable and in a file', (_, text) => {
  expect(Buffer.from(readStoreKey({ OAUTHCTL_STORE_KEY: text }))).toEqual(bytes)
  const path = keyFile(`${text}\r\n`)
  expect(Buffer.from(readStoreKey({ OAUTHCTL_STORE_KEY_FILE: path }))).toEqual(bytes)
})

test.each([{}, { OAUTHCTL_STORE_KEY: '', OAUTHCTL_STORE_KEY_FILE: '' }])('none set: %j', (env) => {
  expect(() => readStoreKey(env)).toThrow(
    expect.objectContaining({
      code: 'store_key_missing',
      exitCode: EXIT.store,
      hint: expect.stringContaining('openssl rand -base64 32'),
    }),
  )
})

test.each([
  ['31 bytes', randomBytes(31).toString('base64')],
  ['33 bytes', randomBytes(33).toString('base64')],
  ['hexadecimal', randomBytes(32).toString('hex')],
  ['a character of no alphabet', `${bytes.toString('base64').slice(0, 20)}!rest-of-the-key-here==`],
  ['both alphabets mixed', `+_${bytes.toString('base64').slice(2)}`],
  ['two keys', `${bytes.toString('base64')}\n${bytes.toString('base64')}`],
])('%s is refused without being shown', (_, text) => {
  const read = () => readStoreKey({ OAUTHCTL_STORE_KEY: text })
  expect(read).toThrow(expect.objectContaining({ code: 'store_key_invalid', exitCode: EXIT.usage }))
  expect(read).not.toThrow(expect.objectContaining({ message: expect.stringContaining(text) }))
})

test('a key file that is not there is named', () => {
  const path = join(temporaryFolder(), 'absent')
  expect(() => readStoreKey({ OAUTHCTL_STORE_KEY_FILE: path })).toThrow(
    expect.objectContaining({
      code: 'store_key_missing',
      message: expect.stringContaining(path),
    }),
  )
})

test('the same key twice is fine, two keys are not', () => {
  const text = bytes.toString('base64')
  const path = keyFile(bytes.toString('base64url'))
  const env = { OAUTHCTL_STORE_KEY: text, OAUTHCTL_STORE_KEY_FILE: path }
  expect(Buffer.from(readStoreKey(env))).toEqual(bytes)
  const other = randomBytes(32).toString('base64')
  expect(() => readStoreKey({ ...env, OAUTHCTL_STORE_KEY: other })).toThrow(
    expect.objectContaining({ code: 'store_key_invalid' }),
  )
})

test('a key file that is not there is called that', () => {
  const path = join(temporaryFolder(), 'none')
  expect(() => readStoreKey({ OAUTHCTL_STORE_KEY_FILE: path })).toThrow('it does not exist')
})
