import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export interface KeyringSessionOptions {
  /**
   * `unlocked` (the default): gnome-keyring with an open login keyring. `empty`: gnome-keyring
   * without any keyring. `none`: a bus without a Secret Service. `silent`: a program that owns
   * the service's name and never answers.
   */
  service?: 'unlocked' | 'empty' | 'none' | 'silent'
  /** Locks the login keyring, with nobody there to unlock it. */
  locked?: boolean
}

export interface KeyringSession {
  /** The environment of a program that is to use this keychain; nothing of the developer's own. */
  env: Record<string, string>
  /** Locks the keyring, keeping what is in it. */
  lock(): Promise<void>
  stop(): Promise<void>
}

// No <servicedir>: the bus starts no service by itself, so a session has what the test gave it.
const busConfiguration = (socket: string) => `<!DOCTYPE busconfig PUBLIC
  "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${socket}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

/** Starts a D-Bus session of its own with a keychain of its own, in a temporary folder. */
export async function startKeyringSession(
  options: KeyringSessionOptions = {},
): Promise<KeyringSession> {
  const folder = mkdtempSync(join(tmpdir(), 'keyring-'))
  const socket = join(folder, 'bus')
  const env: Record<string, string> = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${socket}` }
  env['PATH'] = process.env['PATH'] ?? ''
  const folders = {
    HOME: 'home',
    XDG_DATA_HOME: 'data',
    XDG_CONFIG_HOME: 'config',
    XDG_STATE_HOME: 'state',
    XDG_RUNTIME_DIR: 'run',
  }
  for (const [name, sub] of Object.entries(folders)) {
    env[name] = join(folder, sub)
    mkdirSync(join(folder, sub), { mode: 0o700 })
  }
  const children: ChildProcess[] = []

  function start(command: string, args: string[], stdin = ''): ChildProcess {
    const input = stdin === '' ? 'ignore' : 'pipe'
    const child = spawn(command, args, { env, stdio: [input, 'pipe', 'ignore'] })
    child.stdin?.end(stdin)
    children.push(child)
    return child
  }

  async function end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  const configuration = join(folder, 'bus.conf')
  writeFileSync(configuration, busConfiguration(socket))
  start('dbus-daemon', [`--config-file=${configuration}`, '--nofork', '--nopidfile'])
  await until('the bus', () => existsSync(socket))

  const startKeyring = async (unlock: boolean) => {
    const flags = ['--foreground', '--components=secrets', ...(unlock ? ['--unlock'] : [])]
    const daemon = start('gnome-keyring-daemon', flags, unlock ? 'password' : '')
    await until('the Secret Service', () => ownsName(env))
    return daemon
  }

  const service = options.service ?? 'unlocked'
  let keyring: ChildProcess | undefined
  if (service === 'silent') {
    const silent = start(process.execPath, [
      fileURLToPath(new URL('silent-secret-service.mjs', import.meta.url)),
    ])
    if (silent.stdout !== null) await once(silent.stdout, 'data')
  } else if (service !== 'none') {
    keyring = await startKeyring(service === 'unlocked')
  }

  async function lock(): Promise<void> {
    // A daemon that starts without the password finds the keyring locked.
    if (keyring !== undefined) await end(keyring)
    await until('the end of the Secret Service', async () => !(await ownsName(env)))
    keyring = await startKeyring(false)
  }
  if (options.locked === true) await lock()

  return {
    env,
    lock,
    async stop() {
      await Promise.all(children.map(end))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function ownsName(env: Record<string, string>): Promise<boolean> {
  const child = spawn(
    'dbus-send',
    [
      '--session',
      '--print-reply=literal',
      '--dest=org.freedesktop.DBus',
      '/org/freedesktop/DBus',
      'org.freedesktop.DBus.NameHasOwner',
      'string:org.freedesktop.secrets',
    ],
    { env, stdio: ['ignore', 'pipe', 'ignore'] },
  )
  let answer = ''
  child.stdout.on('data', (chunk: Buffer) => (answer += chunk.toString()))
  await once(child, 'close')
  return answer.includes('true')
}

async function until(what: string, ready: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!(await ready())) {
    if (Date.now() > deadline) throw new Error(`${what} did not come within 10 s`)
    await sleep(20)
  }
}
