import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { keychainPossible, worldWith, type KeychainWorld } from '../keychain/keychain-world.ts'
import { type KeyringSession, startKeyringSession } from '../support/keyring-session.ts'

describe.runIf(keychainPossible)(
  'secrets and keys in the keychain, as they are without --store',
  () => {
    let keyring: KeyringSession
    let world: KeychainWorld

    beforeAll(async () => {
      keyring = await startKeyringSession()
    })
    beforeEach(() => {
      world = worldWith(keyring)
    })
    afterAll(() => keyring?.stop())

    test('a secret is the entry that secret-tool shows, until it is removed', async () => {
      const result = await world.run(['secret', 'set', 'robot'], { input: 'hunter2-hunter2\n' })
      expect(result).toMatchObject({ code: 0, stdout: '' })
      expect(result.stderr).toContain('the OS keychain')
      expect(world.secretTool.lookup('secret:robot')).toBe('hunter2-hunter2')
      const list = JSON.parse((await world.run(['secret', 'list', '--json'])).stdout)
      expect(list.secrets).toMatchObject([{ name: 'robot', store: 'keychain' }])
      expect(await world.run(['secret', 'remove', 'robot'])).toMatchObject({ code: 0 })
      expect(world.secretTool.lookup('secret:robot')).toBeUndefined()
      expect(await world.run(['secret', 'remove', 'robot'])).toMatchObject({ code: 2, stdout: '' })
    })

    test('one that was deleted with the platform’s own tool can still be taken off the list', async () => {
      await world.run(['secret', 'set', 'gone'], { input: 'value' })
      world.secretTool.clear('secret:gone')
      expect(await world.run(['secret', 'remove', 'gone'])).toMatchObject({ code: 0 })
      const list = JSON.parse((await world.run(['secret', 'list', '--json'])).stdout)
      expect(list.secrets).toEqual([])
    })

    test('a client key stays in the keychain, and only its public half comes out', async () => {
      expect(await world.run(['key', 'generate', 'ci'])).toMatchObject({ code: 0, stdout: '' })
      const jwk = JSON.parse(world.secretTool.lookup('key:ci') ?? '') as Record<string, string>
      expect(jwk['d']).toBeTypeOf('string')
      const { stdout } = await world.run(['key', 'public', 'ci'])
      expect(JSON.parse(stdout).keys[0]).toMatchObject({ kid: jwk['kid'], x: jwk['x'] })
      expect(stdout).not.toContain(jwk['d'])
      expect(readdirSync(world.stateDir).toSorted()).toEqual(['entries', 'locks'])

      const elsewhere = await world.run(['key', 'public', 'ci', '--store', 'file'], {
        env: { OAUTHCTL_STORE_KEY: Buffer.alloc(32).toString('base64') },
      })
      expect(elsewhere).toMatchObject({ code: 2, stdout: '' })
      expect(elsewhere.stderr).toContain('--store keychain')

      const again = await world.run(['key', 'generate', 'ci'])
      expect(again).toMatchObject({ code: 2, stdout: '' })
      expect(JSON.parse(world.secretTool.lookup('key:ci') ?? '')).toEqual(jwk)
      expect(await world.run(['key', 'remove', 'ci'])).toMatchObject({ code: 0 })
      expect(world.secretTool.lookup('key:ci')).toBeUndefined()
    })

    test('without a keychain it fails before it asks for the secret', async () => {
      const env = { DBUS_SESSION_BUS_ADDRESS: undefined }
      const running = world.start(['secret', 'set', 'robot'], { env })
      // Its standard input is never written to and never ends.
      const result = await running.exited
      expect(result).toMatchObject({ code: 7, stdout: '' })
      expect(result.stderr).toContain('--store file')
    })
  },
)
