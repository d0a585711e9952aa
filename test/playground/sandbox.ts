import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Sandbox {
  folder: string
  /** The variables that make oauthctl live in the sandbox. */
  variables: Record<string, string>
  /** The whole environment for a program. */
  env: NodeJS.ProcessEnv
  remove(): void
}

/**
 * A temporary folder for the configuration, the state and a throw-away store key, so that the
 * person's own profiles and sessions are neither used nor touched.
 */
export function createSandbox(outer: NodeJS.ProcessEnv): Sandbox {
  const folder = mkdtempSync(join(tmpdir(), 'oauthctl-playground-'))
  const keyFile = join(folder, 'store-key')
  writeFileSync(keyFile, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 })
  const variables = {
    OAUTHCTL_CONFIG: join(folder, 'config.json'),
    OAUTHCTL_STATE_DIR: join(folder, 'state'),
    OAUTHCTL_STORE_KEY_FILE: keyFile,
  }
  const inherited = Object.entries(outer).filter(([name]) => !name.startsWith('OAUTHCTL_'))
  return {
    folder,
    variables,
    // Everything here is on loopback: no proxy may stand in between.
    env: { ...Object.fromEntries(inherited), ...variables, NO_PROXY: '*', no_proxy: '*' },
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
  }
}
