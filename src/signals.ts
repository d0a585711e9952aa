import { constants } from 'node:os'
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
  cleanUp: (isInterrupted: boolean) => void,
): Interruption & { uninstall(): void } {
  const controller = new AbortController()
  let shields = 0
  let pending: NodeJS.Signals | undefined
  let receiver: ((name: NodeJS.Signals) => void) | undefined

  const die = (name: NodeJS.Signals, isInterrupted = true): void => {
    cleanUp(isInterrupted)
    for (const one of SIGNALS) proc.removeAllListeners(one)
    restoreDefault(proc, name)
    // Windows has no death by signal: it would end with 1, and the caller could not tell why.
    if (proc.platform === 'win32') proc.exit(128 + constants.signals[name])
    proc.kill(proc.pid, name)
  }
  const onSignal = (name: NodeJS.Signals): void => {
    if (receiver) return receiver(name)
    // A second Ctrl-C does not cut short what the first one waits for.
    if (pending !== undefined) return
    if (shields > 0) {
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
    handOver(deliver) {
      receiver = deliver
      proc.on('SIGQUIT', deliver)
      return () => {
        receiver = undefined
        proc.off('SIGQUIT', deliver)
      }
    },
    dieBy(name) {
      // Where the signal is blocked the process lives on: then what a shell makes of such a death.
      proc.exitCode = 128 + constants.signals[name]
      die(name, false)
    },
    uninstall() {
      for (const name of SIGNALS) proc.off(name, onSignal)
    },
  }
}

// Node itself ignores SIGPIPE and opens its debugger on SIGUSR1; a listener that comes and goes
// leaves the system's default action behind.
function restoreDefault(proc: NodeJS.Process, name: NodeJS.Signals): void {
  const nothing = (): void => {}
  try {
    proc.on(name, nothing)
    proc.off(name, nothing)
  } catch {
    // SIGKILL cannot be listened to and needs nothing restored.
  }
}
