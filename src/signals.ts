import { InterruptedError } from './errors/families.ts'
import type { Interruption } from './ports/interruption.ts'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const SHIELD_MS = 150

/**
 * Ends the process as a real death by signal, so that the shell sees one and a script stops. The
 * default handling is restored and the signal raised again, because `process.exit` waits for the
 * keychain binding's threads, which can block for seconds.
 */
export function installInterruption(
  proc: NodeJS.Process,
  cleanUp: () => void,
): Interruption & { uninstall(): void } {
  const controller = new AbortController()
  let shields = 0
  let pending: NodeJS.Signals | undefined

  const die = (name: NodeJS.Signals): void => {
    cleanUp()
    for (const one of SIGNALS) proc.removeAllListeners(one)
    proc.kill(proc.pid, name)
  }
  const onSignal = (name: NodeJS.Signals): void => {
    if (shields > 0 && pending === undefined) {
      pending = name
      // oxlint-disable-next-line no-restricted-globals -- the end of the process obeys no test clock
      setTimeout(() => die(name), SHIELD_MS)
      return
    }
    controller.abort(new InterruptedError())
    die(name)
  }
  for (const name of SIGNALS) proc.on(name, onSignal)

  return {
    signal: controller.signal,
    interrupt: () => onSignal('SIGINT'),
    async shield(work) {
      shields++
      try {
        return await work()
      } finally {
        shields--
        if (shields === 0 && pending !== undefined) die(pending)
      }
    },
    uninstall() {
      for (const name of SIGNALS) proc.off(name, onSignal)
    },
  }
}
