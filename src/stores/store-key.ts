import { readFileSync } from 'node:fs'
import { StoreError, UsageError } from '../errors/families.ts'
import { errnoOf, fileReason } from '../files/file-errors.ts'
import { visible } from '../text/visible.ts'

const MAKE_ONE =
  'make a key and keep it safe: export OAUTHCTL_STORE_KEY="$(openssl rand -base64 32)"'
const KEY_LENGTH = 32

/**
 * The 32-byte key of the file store, from `OAUTHCTL_STORE_KEY` or the file that
 * `OAUTHCTL_STORE_KEY_FILE` names; base64 or base64url, padded or not. An empty variable counts as
 * unset. Throws a `StoreError` `store_key_missing` or a `UsageError` `store_key_invalid`; no
 * message holds any part of the key.
 */
export function readStoreKey(env: Readonly<Record<string, string | undefined>>): Uint8Array {
  const direct = env['OAUTHCTL_STORE_KEY'] ?? ''
  const path = env['OAUTHCTL_STORE_KEY_FILE'] ?? ''
  if (direct === '' && path === '') {
    throw new StoreError('the file store needs a key, and none is set', {
      code: 'store_key_missing',
      hint: MAKE_ONE,
    })
  }
  const fromVariable = direct === '' ? undefined : decodeStoreKey(direct, 'OAUTHCTL_STORE_KEY')
  const fromFile =
    path === '' ? undefined : decodeStoreKey(readKeyFile(path), `the store key in ${visible(path)}`)
  if (fromVariable !== undefined && fromFile !== undefined && !fromVariable.equals(fromFile)) {
    throw new UsageError('OAUTHCTL_STORE_KEY and OAUTHCTL_STORE_KEY_FILE hold different keys', {
      code: 'store_key_invalid',
      hint: 'keep one of them: unset OAUTHCTL_STORE_KEY',
    })
  }
  const key = fromVariable ?? fromFile
  return new Uint8Array(key ?? [])
}

function readKeyFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const why = errnoOf(error) === 'ENOENT' ? 'it does not exist' : fileReason(error)
    throw new StoreError(`the store key in ${visible(path)} cannot be read: ${why}`, {
      code: 'store_key_missing',
      hint: 'set OAUTHCTL_STORE_KEY_FILE to a file that can be read; make one with: (umask 077; openssl rand -base64 32 > FILE)',
      cause: error,
    })
  }
}

/**
 * A key as it is written: 32 bytes in base64 or base64url, padded or not. `source` names the place in
 * the `UsageError` `store_key_invalid`.
 */
export function decodeStoreKey(text: string, source: string): Buffer {
  const trimmed = text.trim()
  const key = Buffer.from(trimmed, 'base64')
  // Buffer reads both alphabets and skips the rest, so the text is compared with what it should be.
  const bare = trimmed.replace(/=$/, '')
  const same = [key.toString('base64').replace(/=+$/, ''), key.toString('base64url')].includes(bare)
  if (!same || key.length !== KEY_LENGTH) {
    throw new UsageError(`${source} is not ${KEY_LENGTH} bytes in base64 or base64url`, {
      code: 'store_key_invalid',
      hint: MAKE_ONE,
    })
  }
  return key
}
