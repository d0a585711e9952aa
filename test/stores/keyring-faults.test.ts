import { expect, test } from 'vitest'
import type { StoreError } from '../../src/errors/families.ts'
import { offeringFileStore } from '../../src/stores/file-store-offer.ts'
import { classifyKeyringError, keyringError } from '../../src/stores/keyring-faults.ts'

test.each([
  ["Couldn't access platform storage: Secret Service: unlock prompt was dismissed", 'locked'],
  ["Couldn't access platform storage: Secret Service: object locked", 'locked'],
  ['Platform failure: User interaction is not allowed.', 'locked'],
  [
    'Platform failure: DBus error: Did not receive a reply. Possible causes include: …',
    'no_answer',
  ],
  [
    'Platform failure: DBus error: Message recipient disconnected from message bus without replying',
    'no_answer',
  ],
  [
    'Platform failure: DBus error: Using X11 for dbus-daemon autolaunch was disabled at compile time, set your DBUS_SESSION_BUS_ADDRESS instead',
    'no_bus',
  ],
  ['Platform failure: DBus error: Failed to connect to socket /run/bus: No such file', 'no_bus'],
  [
    'Platform failure: DBus error: The name org.freedesktop.secrets was not provided by any .service files',
    'no_service',
  ],
  ["Couldn't access platform storage: Secret Service: no result found", 'no_collection'],
  ['something else', 'other'],
])('%s: %s', (message, fault) => {
  expect(classifyKeyringError(new Error(message))).toBe(fault)
})

test('an unknown fault is told in its own words, without control characters', () => {
  const error = keyringError('other', new Error('odd \u001b[31mfault'))
  expect(error.code).toBe('store_unavailable')
  expect(error.message).toContain('odd \\u{1b}[31mfault')
})

test.each(['locked', 'no_answer', 'no_bus', 'no_service', 'no_collection', 'other'] as const)(
  '%s: the hint of what is stored anew names the file store and its key',
  async (fault) => {
    const offered = (env: Record<string, string>) =>
      offeringFileStore({ env, kind: 'keychain' }, () =>
        Promise.reject(keyringError(fault, undefined)),
      ).catch((error: unknown) => (error as StoreError).hint)
    expect(keyringError(fault, undefined).hint).not.toContain('--store file')
    expect(await offered({})).toMatch(/export OAUTHCTL_STORE_KEY=.*add --store file$/)
    const withKey = await offered({ OAUTHCTL_STORE_KEY_FILE: '/key' })
    expect(withKey).toMatch(/add --store file$/)
    expect(withKey).not.toContain('export')
  },
)
