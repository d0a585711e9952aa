import { connect } from 'node:net'
import type { Clock } from '../ports/clock.ts'
import { countReplies, encodeCall } from './dbus-message.ts'

// The native binding connects inside its constructor, and when the Secret Service does not answer,
// it blocks the whole program for two seconds, Ctrl-C included. So the service is asked one question
// here first, where the wait has a limit and can be interrupted.

const HELLO = encodeCall({
  serial: 1,
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
  member: 'Hello',
})

// Answered by the service's own loop; a ping would be answered by its D-Bus library even when it hangs.
const QUESTION = encodeCall({
  serial: 2,
  destination: 'org.freedesktop.secrets',
  path: '/org/freedesktop/secrets',
  interface: 'org.freedesktop.DBus.Properties',
  member: 'Get',
  strings: ['org.freedesktop.Secret.Service', 'Collections'],
})
const REPLIES = 2

export interface SecretServiceCheck {
  /** The value of `DBUS_SESSION_BUS_ADDRESS`. */
  address: string | undefined
  /** Milliseconds. */
  limit: number
  clock: Clock
  signal: AbortSignal | undefined
}

/**
 * False when the Secret Service gave no answer within the limit. True when it answered, be it with an
 * error, and also when nothing can be learnt this way (no bus, an address of another kind): the
 * binding tells such faults by itself, at once. Throws the signal's reason.
 */
export async function secretServiceAnswers(check: SecretServiceCheck): Promise<boolean> {
  const path = socketPath(check.address ?? '')
  if (path === undefined) return true
  const finished = new AbortController()
  const signals = check.signal === undefined ? [] : [check.signal]
  const limit = check.clock
    .sleep(check.limit, AbortSignal.any([finished.signal, ...signals]))
    .then(() => false)
  const answer = ask(path)
  try {
    return await Promise.race([answer.replied, limit])
  } finally {
    answer.close()
    finished.abort()
    // The sleep ends with a rejection when it is aborted, and nobody waits for it any more.
    limit.catch(() => {})
  }
}

function ask(path: string): { replied: Promise<boolean>; close: () => void } {
  const socket = connect(path)
  // Part of the protocol of the machine's own bus, so it is the real one that counts.
  const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex')
  const replied = new Promise<boolean>((resolve) => {
    const cannotTell = () => resolve(true)
    socket.once('error', cannotTell).once('close', cannotTell)
    // D-Bus specification, "Authentication Protocol": a NUL byte, then EXTERNAL with the user id.
    socket.write(`\0AUTH EXTERNAL ${uid}\r\n`)
    let bytes = Buffer.alloc(0)
    let authenticated = false
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk])
      if (!authenticated) {
        if (!bytes.includes('\r\n')) return
        if (!bytes.subarray(0, 3).equals(Buffer.from('OK '))) return cannotTell()
        authenticated = true
        bytes = Buffer.alloc(0)
        socket.write(Buffer.concat([Buffer.from('BEGIN\r\n'), HELLO, QUESTION]))
      } else if (countReplies(bytes) >= REPLIES) resolve(true)
    })
  })
  return { replied, close: () => socket.destroy() }
}

/** The socket of the first address that names one (D-Bus specification, "Server Addresses"). */
function socketPath(address: string): string | undefined {
  for (const [, kind, value = ''] of address.matchAll(
    /(?:^|;)unix:(?:[^;]*,)?(path|abstract)=([^,;]+)/g,
  )) {
    try {
      return (kind === 'abstract' ? '\0' : '') + decodeURIComponent(value)
    } catch {
      // An escape that is none: the binding will say so.
    }
  }
  return undefined
}
