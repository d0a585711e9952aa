import { StoreError } from '../errors/families.ts'
import { visible } from '../text/visible.ts'
import type { KeyringBinding, LoadKeyring } from './keyring-binding.ts'

/**
 * What the words of the keychain binding mean. It tells its failures apart by their text alone, so
 * this table is the one place that knows the texts; the first row that matches counts.
 */
export type KeyringFault =
  'locked' | 'no_answer' | 'no_bus' | 'no_service' | 'no_collection' | 'other'

const FAULTS: readonly (readonly [RegExp, KeyringFault])[] = [
  // Secret Service: locked, and nobody or no desktop to show the unlock dialog to.
  [/unlock prompt was dismissed|prompt dismissed|object locked/i, 'locked'],
  // macOS: errSecInteractionNotAllowed, errSecAuthFailed, errSecUserCanceled.
  [/interaction is not allowed|passphrase you entered is not correct|user cancell?ed/i, 'locked'],
  // The name is owned, but no reply came within the binding's two seconds, or its owner went away.
  [/did not receive a reply|without replying|timed? ?out|NoReply/i, 'no_answer'],
  [/DBUS_SESSION_BUS_ADDRESS|connect to socket|no dbus session|connection refused/i, 'no_bus'],
  [/not provided by any \.service files|no owner|failed to execute|ServiceUnknown/i, 'no_service'],
  // A Secret Service that runs without any keyring in it.
  [/no result found|does not exist at path .*collection/i, 'no_collection'],
]

// The daemon takes its whole input as the password, a line break included, and shows it in a terminal;
// and without --replace it would leave the locked one, which runs already, as it is.
const START =
  "(stty -echo; head -n 1 | tr -d '\\n'; stty echo) | gnome-keyring-daemon --replace --unlock"
const THEN_TYPE = '(then type the keyring password)'
const UNLOCK = `log in to the desktop, or over SSH run: ${START} ${THEN_TYPE}`

/** Which fault of the keychain an error of the binding tells of. */
export function classifyKeyringError(error: unknown): KeyringFault {
  const text = error instanceof Error ? error.message : String(error)
  return FAULTS.find(([pattern]) => pattern.test(text))?.[1] ?? 'other'
}

/** The fault as what the user can act on; `error` is told only where the table does not know it. */
export function keyringError(fault: KeyringFault, error: unknown): StoreError {
  const make = (code: string, message: string, hint: string) =>
    new StoreError(message, { code, hint, cause: error, retryable: code === 'store_no_answer' })
  switch (fault) {
    case 'locked':
      return make(
        'store_locked',
        'the OS keychain is locked and was not unlocked',
        `unlock it: ${UNLOCK}`,
      )
    case 'no_answer':
      return make(
        'store_no_answer',
        'the OS keychain does not answer',
        'see whether its unlock dialog is waiting on another screen, or restart it by logging in to the desktop again',
      )
    case 'no_bus':
      return make(
        'store_unavailable',
        'there is no OS keychain here: no D-Bus session is running',
        `start one: dbus-run-session -- sh, then in it: ${START} ${THEN_TYPE}`,
      )
    case 'no_service':
      return make(
        'store_unavailable',
        'there is no OS keychain here: no Secret Service is running on the D-Bus session',
        `start one (package gnome-keyring): ${START} ${THEN_TYPE}`,
      )
    case 'no_collection':
      return make(
        'store_unavailable',
        'the OS keychain has no keyring to store in yet',
        `create it: ${UNLOCK}`,
      )
    case 'other':
      return make(
        'store_unavailable',
        `the OS keychain cannot be used: ${visible(reasonOf(error), 200)}`,
        'see whether another program can use the keychain',
      )
  }
}

/** Loads the binding. Throws a `StoreError` `store_unavailable` when it is not installed or not for this platform. */
export function loadOrExplain(load: LoadKeyring): KeyringBinding {
  try {
    return load()
  } catch (error) {
    throw new StoreError('the OS keychain cannot be used: its native module cannot be loaded', {
      code: 'store_unavailable',
      hint: 'install oauthctl again with its optional dependencies: npm install --global --include=optional oauthctl',
      cause: error,
    })
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'it gave no reason'
}
