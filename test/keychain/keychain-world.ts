import { spawn, spawnSync } from 'node:child_process'
import { onTestFinished } from 'vitest'
import {
  type KeyringSession,
  type KeyringSessionOptions,
  startKeyringSession,
} from '../support/keyring-session.ts'
import { createWorld, type World } from '../support/world.ts'
import { requireTool } from '../support/requirements.ts'

/** False when this machine lacks what a private keychain is made of. */
export const keychainPossible = ['dbus', 'gnome-keyring', 'secret-tool'].every((tool) =>
  requireTool(tool as 'dbus'),
)

/** What a person sees and does with the platform's own tool. */
interface SecretTool {
  /** The text of the entry, or undefined when there is none. */
  lookup(name: string): string | undefined
  /** Replaces the text of an entry that exists. */
  overwrite(name: string, text: string): void
  clear(name: string): void
}

export interface KeychainWorld extends World {
  keyring: KeyringSession
  secretTool: SecretTool
}

/** A world whose programs use the keychain of `keyring`, as they do without any option. */
export function worldWith(keyring: KeyringSession): KeychainWorld {
  const address = keyring.env['DBUS_SESSION_BUS_ADDRESS']
  const world = createWorld({
    OAUTHCTL_STORE: undefined,
    OAUTHCTL_STORE_KEY: undefined,
    DBUS_SESSION_BUS_ADDRESS: address,
  })
  onTestFinished(world.close)
  return { ...world, keyring, secretTool: createSecretTool(keyring.env) }
}

/** The same with a keychain of its own. */
export async function ownKeychainWorld(options?: KeyringSessionOptions): Promise<KeychainWorld> {
  const keyring = await startKeyringSession(options)
  onTestFinished(keyring.stop)
  return worldWith(keyring)
}

function createSecretTool(env: Record<string, string>): SecretTool {
  const call = (args: string[], input = '') => {
    const result = spawnSync('secret-tool', args, { env, input, encoding: 'utf8', timeout: 10_000 })
    if (result.error) throw result.error
    return result
  }
  const key = (name: string) => ['service', 'oauthctl', 'username', name]
  return {
    lookup(name) {
      const { status, stdout } = call(['lookup', ...key(name)])
      return status === 0 ? stdout : undefined
    },
    overwrite(name, text) {
      const { stdout, stderr } = call(['search', ...key(name)])
      const attributes = [...`${stdout}\n${stderr}`.matchAll(/^attribute\.([\w-]+) = (.*)$/gm)]
      const words = attributes
        .filter(([, attribute]) => attribute !== 'xdg:schema')
        .flatMap(([, attribute = '', value = '']) => [attribute, value])
      if (words.length === 0) throw new Error(`there is no entry ${name}`)
      call(['store', '--label', name, ...words], text)
    },
    clear: (name) => void call(['clear', ...key(name)]),
  }
}

/** How often each entry of the keychain was read while `work` ran, by the entry's D-Bus path. */
export async function countReads(
  keyring: KeyringSession,
  work: () => Promise<unknown>,
): Promise<number[]> {
  const monitor = spawn('dbus-monitor', ['--session', "type='method_call'"], {
    env: keyring.env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let seen = ''
  monitor.stdout.setEncoding('utf8').on('data', (chunk: string) => (seen += chunk))
  try {
    await mark(keyring, () => seen)
    const start = seen.length
    await work()
    await mark(keyring, () => seen)
    const reads = new Map<string, number>()
    const part = seen.slice(start)
    const count = (path: string) => reads.set(path, (reads.get(path) ?? 0) + 1)
    for (const [, path = ''] of part.matchAll(/^method call .*path=(\S+); .*member=GetSecret$/gm)) {
      count(path)
    }
    for (const [all] of part.matchAll(/^method call .*member=GetSecrets\n(?:\s.*\n)*/gm)) {
      for (const [, path = ''] of all.matchAll(/object path "([^"]+\/\d+)"/g)) count(path)
    }
    return [...reads.values()]
  } finally {
    monitor.kill('SIGKILL')
  }
}

let marks = 0

/** Returns when the monitor has seen everything that was sent before. */
async function mark(keyring: KeyringSession, seen: () => string): Promise<void> {
  const name = `org.example.Mark${process.pid}x${marks++}`
  const deadline = Date.now() + 10_000
  while (!seen().includes(name)) {
    if (Date.now() > deadline) throw new Error('dbus-monitor does not see the bus')
    const call = ['/', 'org.freedesktop.DBus.NameHasOwner', `string:${name}`]
    const bus = ['--session', '--print-reply', '--dest=org.freedesktop.DBus']
    spawnSync('dbus-send', [...bus, ...call], { env: keyring.env })
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
