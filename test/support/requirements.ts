import { accessSync, appendFileSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Programs of the system that some tests need. */
export type Tool =
  | 'gnome-keyring'
  | 'dbus'
  | 'chromium'
  | 'secret-tool'
  | 'zsh'
  | 'fish'
  | 'curl'
  | 'strace'
  | 'openssl'
  | 'script'
  | 'prlimit'

const programs: Record<Tool, readonly string[]> = {
  dbus: ['dbus-daemon', 'dbus-run-session', 'dbus-send'],
  'gnome-keyring': ['gnome-keyring-daemon'],
  'secret-tool': ['secret-tool'],
  chromium: [],
  zsh: ['zsh'],
  fish: ['fish'],
  curl: ['curl'],
  strace: ['strace'],
  openssl: ['openssl'],
  script: ['script'],
  prlimit: ['prlimit'],
}

/** What a developer types after `apt-get install` to have the tool. */
const packageOf: Readonly<Record<Tool, string>> = {
  dbus: 'dbus',
  'gnome-keyring': 'gnome-keyring',
  'secret-tool': 'libsecret-tools',
  chromium: 'chromium-headless-shell',
  zsh: 'zsh',
  fish: 'fish',
  curl: 'curl',
  strace: 'strace',
  openssl: 'openssl',
  script: 'bsdutils',
  prlimit: 'util-linux',
}

const chromiumNames = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
] as const

/** The full path of a program in PATH. */
export function findProgram(name: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Not in this folder.
    }
  }
  return undefined
}

/** The full path of a Chromium that can run without a display, if this machine has one. */
export function chromiumPath(): string | undefined {
  for (const name of chromiumNames) {
    const path = findProgram(name)
    if (path !== undefined) return path
  }
  return undefined
}

/** True when this machine has the tool. */
function hasTool(name: Tool): boolean {
  if (name === 'chromium') return chromiumPath() !== undefined
  return programs[name].every((program) => findProgram(program) !== undefined)
}

/** `requireTool` for several; each missing one is named, not the first alone. */
export function requireTools(...names: Tool[]): boolean {
  return names.map((name) => requireTool(name)).every(Boolean)
}

/**
 * For `describe.runIf(requireTool('chromium'))`: false when the tool is missing, which is then
 * named at the end of the run with the package to install. With `OAUTHCTL_TEST_REQUIRE_ALL=1`
 * a missing tool throws, so that a run that must be complete fails instead of skipping.
 */
export function requireTool(name: Tool): boolean {
  if (hasTool(name)) return true
  if (process.env['OAUTHCTL_TEST_REQUIRE_ALL'] === '1')
    throw new Error(`${name} is missing: apt-get install ${packageOf[name]}`)
  const record = process.env['OAUTHCTL_TEST_MISSING_FILE']
  if (record !== undefined) appendFileSync(record, `${name}\n`)
  return false
}
