import { expect, test } from 'vitest'
import { createKeychainCall } from '../../src/stores/keychain-calls.ts'
import type { KeyringBinding } from '../../src/stores/keyring-binding.ts'
import { createFakeClock } from '../support/real-parts.ts'

// A fault that a real keychain cannot be made to show at will: it gives up, after two seconds, for
// as often as `faults` says.
function bindingThat(faults: number, clock: { sleep(ms: number): Promise<void> }) {
  let calls = 0
  const AsyncEntry = class {
    constructor(service: string, name: string) {
      expect([service, name]).toEqual(['oauthctl', 'work'])
    }
    async getSecret() {
      calls += 1
      if (calls > faults) return [111, 107]
      await clock.sleep(2000)
      throw new Error('Platform failure: DBus error: Did not receive a reply.')
    }
    async setSecret(): Promise<void> {
      throw new Error('not expected')
    }
    async deleteCredential(): Promise<boolean> {
      throw new Error('not expected')
    }
  }
  const Entry = class {
    getSecret(): null {
      throw new Error('not expected')
    }
  }
  const binding: KeyringBinding = { AsyncEntry, Entry }
  return { binding, calls: () => calls }
}

function callWith(faults: number) {
  const clock = createFakeClock()
  const { binding, calls } = bindingThat(faults, clock)
  const call = createKeychainCall({
    platform: 'linux',
    service: 'oauthctl',
    clock,
    load: () => binding,
    signal: undefined,
    answers: async () => true,
  })
  return { read: () => call('work', (entry) => entry.getSecret()), calls, clock }
}

test('a keychain that is slow at first is asked again', async () => {
  const { read, calls } = callWith(3)
  expect(await read()).toEqual([111, 107])
  expect(calls()).toBe(4)
})

test('a keychain that never answers is given up on within 15 s', async () => {
  const { read, clock } = callWith(Number.POSITIVE_INFINITY)
  const started = clock.now()
  await expect(read()).rejects.toMatchObject({ code: 'store_no_answer', retryable: true })
  expect(clock.now() - started).toBeGreaterThanOrEqual(12_500)
  expect(clock.now() - started).toBeLessThan(15_000)
})
