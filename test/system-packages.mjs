import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

// What the tests need from the system. The names match `Tool` in support/requirements.ts.
const needs = [
  {
    tool: 'dbus',
    programs: [['dbus-daemon'], ['dbus-run-session'], ['dbus-send']],
    packages: ['dbus'],
  },
  { tool: 'gnome-keyring', programs: [['gnome-keyring-daemon']], packages: ['gnome-keyring'] },
  { tool: 'secret-tool', programs: [['secret-tool']], packages: ['libsecret-tools'] },
  {
    tool: 'chromium',
    programs: [['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']],
    // The second where the first does not exist.
    packages: ['chromium-headless-shell', 'chromium'],
  },
  { tool: 'zsh', programs: [['zsh']], packages: ['zsh'] },
  { tool: 'fish', programs: [['fish']], packages: ['fish'] },
  { tool: 'curl', programs: [['curl']], packages: ['curl'] },
  { tool: 'strace', programs: [['strace']], packages: ['strace'] },
  { tool: 'openssl', programs: [['openssl']], packages: ['openssl'] },
  { tool: 'script', programs: [['script']], packages: ['bsdutils'] },
]

function inPath(name) {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function missing() {
  return needs.filter(({ programs }) => !programs.every((names) => names.some(inPath)))
}

function aptGet(args) {
  const result = spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=60', ...args], {
    stdio: ['ignore', 'ignore', 'ignore'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 300_000,
  })
  return result.status === 0
}

function install(packages) {
  return aptGet(['install', '--yes', '--no-install-recommends', ...packages])
}

/** The command that gives a person everything named. */
export function installCommand(tools) {
  const packages = needs.filter(({ tool }) => tools.includes(tool)).map((need) => need.packages[0])
  return `apt-get install --no-install-recommends ${packages.join(' ')}`
}

/**
 * Installs what is missing, where this process may: as root on Debian or Ubuntu. Gives the names of
 * the tools that are missing afterwards; a failure is no more than that.
 */
export function installMissing(print) {
  const before = missing()
  if (before.length === 0) return []
  const mayInstall = process.getuid?.() === 0 && inPath('apt-get')
  if (mayInstall) {
    const packages = before.map((need) => need.packages[0])
    print(`Installing for the tests: ${packages.join(' ')}`)
    if (!install(packages)) {
      // Most often the package lists are old or absent; then one package may not exist here.
      aptGet(['update'])
      if (!install(packages))
        for (const need of before) need.packages.some((name) => install([name]))
    }
  }
  return missing().map((need) => need.tool)
}
