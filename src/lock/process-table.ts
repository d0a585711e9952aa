// Implements a port of the machine: the only file of the lock that looks at real processes.
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** `start` is undefined where the platform does not tell when a process began. */
export type ProcessState = { alive: false } | { alive: true; start: string | undefined }

/** Processes, as far as a lock needs to know them. */
export interface ProcessTable {
  /** Our own process id. */
  readonly pid: number
  /** Tells our process from a later one with the same id. */
  readonly start: string | undefined
  /**
   * The host name, and on Linux the boot and the pid namespace: where this is equal, process ids
   * mean the same processes.
   */
  readonly host: string
  inspect(pid: number): ProcessState
}

/** The processes of this machine. */
export function createProcessTable(): ProcessTable {
  const { pid } = process
  const places = [
    hostname(),
    quietly(() => readlinkSync('/proc/self/ns/pid')),
    quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
  ]
  return {
    pid,
    start: startOf(pid),
    host: places.filter((place) => place !== undefined).join(' '),
    inspect: (other) =>
      isAlive(other) ? { alive: true, start: startOf(other) } : { alive: false },
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it is there and belongs to another user.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}

// Field 22 of /proc/PID/stat (proc_pid_stat(5)): clock ticks from boot to the start of the process.
// The second field is the program's name in parentheses and may hold spaces and parentheses itself.
function startOf(pid: number): string | undefined {
  const stat = quietly(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
