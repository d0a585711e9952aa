import { execFileSync } from 'node:child_process'
import { expect, onTestFinished, test } from 'vitest'
import { createKeychainStore } from '../../src/stores/keychain.ts'
import { readKeychainSync } from '../../src/stores/keychain-sync.ts'
import { keyringOptions, loadKeyring } from '../../src/stores/keyring-binding.ts'
import { bundleChild } from '../support/bundle-child.ts'
import { realClock, realRandom } from '../support/real-parts.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('the binding loads from source', () => {
  expect(loadKeyring().Entry).toBeTypeOf('function')
})

test.each(['esm', 'cjs'] as const)('the binding loads from a bundle in %s', async (format) => {
  const child = await bundleChild(new URL('keyring-binding-child.ts', import.meta.url), format)
  onTestFinished(child.remove)
  expect(execFileSync(process.execPath, [child.path], { encoding: 'utf8' })).toBe('function')
})

test('Linux is pinned to the Secret Service', () => {
  expect(keyringOptions('linux')).toEqual({ linux: { store: 'secret-service' } })
  expect(keyringOptions('win32')).toBeUndefined()
})

test('a binding that cannot be loaded is said to be missing', async () => {
  const sealedFolder = temporaryFolder()
  const loadBinding = () => {
    throw new Error('Cannot find native binding')
  }
  const place = { platform: 'linux', service: 'oauthctl', sealedFolder, loadBinding } as const
  const missing = {
    code: 'store_unavailable',
    message: expect.stringContaining('native module'),
    hint: expect.stringContaining('--include=optional'),
  }
  const store = createKeychainStore({ ...place, env: {}, random: realRandom, clock: realClock })
  await expect(store.read('work')).rejects.toMatchObject(missing)
  expect(() => readKeychainSync({ ...place, name: 'work' })).toThrow(
    expect.objectContaining(missing),
  )
})
