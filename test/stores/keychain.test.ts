import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type BundledChild, bundleChild } from '../support/bundle-child.ts'
import {
  type KeyringSession,
  type KeyringSessionOptions,
  startKeyringSession,
} from '../support/keyring-session.ts'
import { requireTools } from '../support/requirements.ts'
import {
  type KeychainProcess,
  type KeychainProcessOptions,
  startKeychainProcess,
} from './keychain-process.ts'
import { secretStoreContract } from './secret-store-contract.ts'

const possible = requireTools('dbus', 'gnome-keyring', 'secret-tool')

describe.runIf(possible)('keychain store', () => {
  let child: BundledChild
  let session: KeyringSession
  let sealedFolder: string

  beforeAll(async () => {
    child = await bundleChild(new URL('keychain-child.ts', import.meta.url))
    session = await startKeyringSession()
    sealedFolder = mkdtempSync(join(tmpdir(), 'sealed-'))
  })

  afterAll(async () => {
    await session.stop()
    child.remove()
    rmSync(sealedFolder, { recursive: true, force: true })
  })

  function open(
    options: Partial<KeychainProcessOptions> = {},
    env: Record<string, string> = session.env,
  ): KeychainProcess {
    const keychain = startKeychainProcess(child.path, env, { sealedFolder, ...options })
    onTestFinished(keychain.stop)
    return keychain
  }

  async function openIn(
    sessionOptions: KeyringSessionOptions,
    options: Partial<KeychainProcessOptions> = {},
  ): Promise<KeychainProcess & { session: KeyringSession }> {
    const own = await startKeyringSession(sessionOptions)
    onTestFinished(own.stop)
    return { ...open(options, own.env), session: own }
  }

  const secretTool = (args: string[], input = '') =>
    spawnSync('secret-tool', args, { env: session.env, input, encoding: 'utf8' })

  describe('with entries of any size', () => {
    secretStoreContract(() => open().store)
  })

  describe('with every text sealed', () => {
    secretStoreContract(() => open({ entryLimit: 10 }).store)
  })

  test('secret-tool shows and deletes what is stored', async () => {
    const { store } = open()
    await store.write('work', '{"name":"Zoë"}')
    const lookup = secretTool(['lookup', 'service', 'oauthctl', 'username', 'work'])
    expect(lookup.stdout).toBe('{"name":"Zoë"}')
    secretTool(['clear', 'service', 'oauthctl', 'username', 'work'])
    expect(await store.read('work')).toBeUndefined()
  })

  test('a probe leaves no entry behind', async () => {
    await open().store.probe()
    const found = secretTool(['search', '--all', 'service', 'oauthctl'])
    expect(found.stdout + found.stderr).not.toContain('probe:')
  })

  test('the synchronous reader reads plain and sealed entries', async () => {
    const { store, readSync } = open({ entryLimit: 10 })
    await store.write('small', 'short')
    await store.write('large', 'longer than the entry')
    expect(await readSync('small')).toBe('short')
    expect(await readSync('large')).toBe('longer than the entry')
    expect(await readSync('nobody')).toBeUndefined()
  })

  describe('sealed entries', () => {
    const filesOf = (name: string) =>
      readdirSync(sealedFolder).filter((file) => file.startsWith(`${name}~`))

    test('fill the entry up to its limit and no further', async () => {
      const { store } = open({ entryLimit: 20 })
      await store.write('edge', 'é'.repeat(10))
      expect(filesOf('edge')).toHaveLength(0)
      await store.write('edge', `${'é'.repeat(10)}x`)
      expect(filesOf('edge')).toHaveLength(1)
    })

    test('leave one file per session, and none after its removal', async () => {
      const { store } = open({ entryLimit: 10 })
      await store.write('twice', 'the first long text')
      await store.write('twice', 'the second long text')
      expect(filesOf('twice')).toHaveLength(1)
      expect(await open({ entryLimit: 10 }).store.remove('twice')).toBe(true)
      expect(filesOf('twice')).toHaveLength(0)
    })

    test('give way to a plain entry when the text becomes short', async () => {
      const { store } = open({ entryLimit: 10 })
      await store.write('shrunk', 'a text that is too long')
      await store.write('shrunk', 'short')
      expect(await store.read('shrunk')).toBe('short')
      expect(filesOf('shrunk')).toHaveLength(0)
    })

    test('hold no readable part of the text', async () => {
      const { store } = open({ entryLimit: 10 })
      await store.write('hidden', 'refresh-token-in-clear')
      const entry = secretTool(['lookup', 'service', 'oauthctl', 'username', 'hidden']).stdout
      expect(JSON.parse(entry)).toMatchObject({
        version: 1,
        sealed: { file: filesOf('hidden')[0] },
      })
      expect(entry).not.toContain('clear')
    })

    test('are damaged when their file is cut or gone, and are not forgotten', async () => {
      const { store, readSync } = open({ entryLimit: 10 })
      await store.write('cut', 'a text that is too long')
      const path = join(sealedFolder, filesOf('cut')[0] ?? '')
      truncateSync(path, 100)
      await expect(store.read('cut')).rejects.toMatchObject({ code: 'store_damaged' })
      await expect(readSync('cut')).rejects.toMatchObject({ code: 'store_damaged' })
      rmSync(path)
      await expect(store.read('cut')).rejects.toMatchObject({ code: 'store_damaged' })
      expect(await store.remove('cut')).toBe(true)
    })

    test('keep the old text when the keychain refuses the new one', async () => {
      const { store, session: own } = await openIn({}, { entryLimit: 10 })
      await store.write('kept', 'the old text, too long')
      const before = filesOf('kept')
      await own.lock()
      await expect(store.write('kept', 'the new text, too long')).rejects.toMatchObject({
        code: 'store_locked',
      })
      expect(filesOf('kept')).toEqual(before)
    })
  })

  describe('faults', () => {
    test('a locked keyring is told apart from an absent entry', async () => {
      const { store, readSync, session: own } = await openIn({})
      await store.write('work', 'text')
      await own.lock()
      const locked = { code: 'store_locked', hint: expect.stringContaining('--replace --unlock') }
      await expect(store.read('work')).rejects.toMatchObject(locked)
      await expect(store.write('work', 'new')).rejects.toMatchObject(locked)
      await expect(store.remove('work')).rejects.toMatchObject(locked)
      await expect(store.probe()).rejects.toMatchObject(locked)
      await expect(readSync('work')).rejects.toMatchObject(locked)
      expect(await store.read('nobody')).toBeUndefined()
    })

    test('no Secret Service on the bus', async () => {
      const { store, readSync } = await openIn({ service: 'none' })
      const missing = {
        code: 'store_unavailable',
        message: expect.stringMatching(/Secret Service/),
      }
      await expect(store.read('work')).rejects.toMatchObject(missing)
      await expect(store.probe()).rejects.toMatchObject(missing)
      await expect(readSync('work')).rejects.toMatchObject(missing)
    })

    test.each([
      ['no address', {}],
      ['a dead socket', { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' }],
    ])('no D-Bus session: %s', async (_, address) => {
      const env = { PATH: session.env['PATH'] ?? '', ...address }
      await expect(open({}, env).store.probe()).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringContaining('D-Bus'),
        hint: expect.stringContaining('dbus-run-session'),
      })
    })

    test('a Secret Service without a keyring', async () => {
      const { store } = await openIn({ service: 'empty' })
      expect(await store.read('work')).toBeUndefined()
      await expect(store.write('work', 'text')).rejects.toMatchObject({
        code: 'store_unavailable',
        message: expect.stringContaining('no keyring'),
      })
    })

    test('a Secret Service that never answers ends with store_no_answer', async () => {
      const { store } = await openIn({ service: 'silent' }, { fast: true })
      await expect(store.read('work')).rejects.toMatchObject({ code: 'store_no_answer' })
    })

    test('an abort ends the wait for a silent Secret Service at once', async () => {
      const { store } = await openIn({ service: 'silent' }, { abortAfter: 50 })
      const started = Date.now()
      await expect(store.read('work')).rejects.toThrow('aborted by the test')
      expect(Date.now() - started).toBeLessThan(1500)
    })

    test('the synchronous reader gives up on a silent Secret Service', async () => {
      const { readSync } = await openIn({ service: 'silent' })
      await expect(readSync('work')).rejects.toMatchObject({ code: 'store_no_answer' })
    })
  })
})
