import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { sessionsFolder } from '../../src/stores/places.ts'
import { openStore } from '../../src/stores/registry.ts'
import { realClock, realRandom } from '../support/real-parts.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

function depsIn(stateFolder: string, env: Record<string, string> = {}) {
  return { platform: 'linux', env, stateFolder, random: realRandom, clock: realClock } as const
}

test('opens each kind, and touches nothing before its first use', () => {
  const stateFolder = temporaryFolder()
  for (const kind of ['keychain', 'file', 'none'] as const) {
    expect(openStore(kind, depsIn(stateFolder)).kind).toBe(kind)
  }
  expect(readdirSync(stateFolder)).toEqual([])
})

test('the file store takes its key from the environment', async () => {
  const stateFolder = temporaryFolder()
  const OAUTHCTL_STORE_KEY = randomBytes(32).toString('base64')
  await openStore('file', depsIn(stateFolder, { OAUTHCTL_STORE_KEY })).write('work', 'text')
  expect(readdirSync(sessionsFolder(stateFolder))).toEqual(['work.jwe'])
  await expect(openStore('file', depsIn(stateFolder)).probe()).rejects.toMatchObject({
    code: 'store_key_missing',
  })
})

test('the store that keeps nothing beyond the process', async () => {
  const store = openStore('none', depsIn(temporaryFolder()))
  await store.probe()
  await store.write('work', 'text')
  expect(await store.read('work')).toBe('text')
  const next = openStore('none', depsIn(temporaryFolder()))
  expect(await next.read('work')).toBeUndefined()
  expect(await store.remove('work')).toBe(true)
  expect(await store.remove('work')).toBe(false)
})
