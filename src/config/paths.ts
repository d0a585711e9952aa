import { isAbsolute, join, resolve } from 'node:path'

type Env = Record<string, string | undefined>

export interface PathInputs {
  env: Env
  platform: NodeJS.Platform
  cwd: string
  /** `--config` or its variable has been looked up already. */
  config?: string | undefined
}

export interface Paths {
  /** The profile file; undefined where nothing says where it could be (no HOME). */
  configFile: string | undefined
  /** False when another file than the platform's own was named. */
  isDefaultConfig: boolean
  /** Encrypted sessions, locks, caches, the index; undefined where there is no place for state. */
  stateFolder: string | undefined
}

/** Finds the profile file and the state folder from the environment alone; touches no file. */
export function findPaths({ env, platform, cwd, config }: PathInputs): Paths {
  const configFolder = folder(env, platform, 'XDG_CONFIG_HOME', 'APPDATA', ['.config'])
  const standard = configFolder && join(configFolder, 'config.json')
  const configFile = config ? resolve(cwd, config) : standard
  const state = env['OAUTHCTL_STATE_DIR']
  return {
    configFile,
    isDefaultConfig: configFile === standard,
    stateFolder: state
      ? resolve(cwd, state)
      : folder(env, platform, 'XDG_STATE_HOME', 'LOCALAPPDATA', ['.local', 'state']),
  }
}

// The XDG specification tells to ignore relative paths in its variables.
function folder(
  env: Env,
  platform: NodeJS.Platform,
  xdgVariable: string,
  windowsVariable: string,
  belowHome: string[],
): string | undefined {
  const xdg = env[xdgVariable]
  if (xdg && isAbsolute(xdg)) return join(xdg, 'oauthctl')
  if (platform === 'win32') {
    const base = env[windowsVariable] ?? env['USERPROFILE']
    return base ? join(base, 'oauthctl') : undefined
  }
  const home = env['HOME']
  if (!home || !isAbsolute(home)) return undefined
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'oauthctl')
  return join(home, ...belowHome, 'oauthctl')
}

/**
 * The name under which a profile's session is stored: the profile's own, with `@HASH` of the
 * profile file's path behind it where that is not the default one, so that two files never share.
 */
export function storedName(name: string, paths: Paths): string {
  if (paths.isDefaultConfig || !paths.configFile) return name
  // Loaded only here, because it would be a tenth of the start-up of `oauthctl token`.
  const { createHash } = process.getBuiltinModule('node:crypto')
  const hash = createHash('sha256').update(paths.configFile).digest('hex').slice(0, 12)
  return `${name}@${hash}`
}
