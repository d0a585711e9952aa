import type { Clock } from '../ports/clock.ts'
import { type KeyringEntry, keyringOptions, type LoadKeyring } from './keyring-binding.ts'
import { classifyKeyringError, keyringError, loadOrExplain } from './keyring-faults.ts'

/**
 * How long a keychain that does not answer is asked again, in milliseconds: together with the two
 * seconds that the start-up may have waited for it, a command waits 15 s at the most.
 */
const KEYCHAIN_DEADLINE = 12_500
const PAUSE = 200

export interface KeychainCallDeps {
  platform: NodeJS.Platform
  service: string
  clock: Clock
  load: LoadKeyring
  signal: AbortSignal | undefined
  /** Resolves to false when the keychain's service is known not to answer within `ms`. */
  answers: (ms: number) => Promise<boolean>
}

export type KeychainCall = <T>(name: string, use: (entry: KeyringEntry) => Promise<T>) => Promise<T>

/**
 * Calls the keychain with a limit. The binding gives up by itself after two seconds without an
 * answer; it is asked again until the limit has passed. A call that it does not give up on is waiting
 * for the person in front of an unlock dialog, and is waited for. An abort ends the wait at once,
 * though not the call. Throws a `StoreError` as in the port, or the signal's reason.
 */
export function createKeychainCall(deps: KeychainCallDeps): KeychainCall {
  const { clock, signal } = deps

  return async function call(name, use) {
    const binding = loadOrExplain(deps.load)
    const deadline = clock.now() + KEYCHAIN_DEADLINE
    for (;;) {
      const answers = await deps.answers(Math.max(0, deadline - clock.now()))
      if (!answers) throw keyringError('no_answer', undefined)
      try {
        const options = keyringOptions(deps.platform)
        const entry = new binding.AsyncEntry(deps.service, name, options)
        return await untilAborted(use(entry), signal)
      } catch (error) {
        if (signal?.aborted === true) throw error
        const fault = classifyKeyringError(error)
        if (fault !== 'no_answer' || clock.now() >= deadline) throw keyringError(fault, error)
        await clock.sleep(PAUSE, signal)
      }
    }
  }
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
