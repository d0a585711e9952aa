import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Whether trying the keychain makes sense: on Linux it answers on the session's D-Bus, which
 * containers and servers do not have. Only a login tells whether it can really be used.
 */
export function mayHaveKeychain(env: NodeJS.ProcessEnv): boolean {
  if (process.platform !== 'linux') return true
  if (env['DBUS_SESSION_BUS_ADDRESS']) return true
  const folder = env['XDG_RUNTIME_DIR']
  return folder !== undefined && existsSync(join(folder, 'bus'))
}
