import type { Environment } from './child-environment.ts'
import type { Launch } from './launch.ts'

const QUICK_MS = 1000
/** PowerShell needs seconds on a busy machine, and must be waited for: Windows ends it together with us. */
const POWERSHELL_MS = 15_000
const WSL_POWERSHELL = '/mnt/c/Windows/System32/WindowsPowerShell/v1.0'

/** The programs that show a page in the person's default browser, best first. */
export function systemLaunchers(
  url: string,
  platform: NodeJS.Platform,
  env: Environment,
): Launch[] {
  if (platform === 'darwin') return [plain('open', url)]
  if (platform === 'win32') {
    const root = env['SystemRoot'] ?? env['SYSTEMROOT'] ?? String.raw`C:\Windows`
    const system = String.raw`${root}\System32`
    const shell = String.raw`${system}\WindowsPowerShell\v1.0\powershell.exe`
    return [
      { ...powerShell(shell, url), detached: false },
      { ...plain(String.raw`${system}\rundll32.exe`, 'url.dll,FileProtocolHandler', url) },
    ]
  }
  if (platform === 'android') return [plain('termux-open-url', url), plain('xdg-open', url)]
  return inWsl(env)
    ? [
        // Windows cannot start a program in a folder that it cannot reach.
        { ...powerShell(`${WSL_POWERSHELL}/powershell.exe`, url), cwd: WSL_POWERSHELL },
        powerShell('powershell.exe', url),
        plain('wslview', url),
        plain('xdg-open', url),
      ]
    : [plain('xdg-open', url)]
}

// WSL sets these in its own terminals only: over SSH and in containers, Windows is not to be reached.
function inWsl(env: Environment): boolean {
  return env['WSL_DISTRO_NAME'] !== undefined || env['WSL_INTEROP'] !== undefined
}

function plain(command: string, ...args: string[]): Launch {
  return { command, args, waitMs: QUICK_MS, detached: true }
}

function powerShell(command: string, url: string): Launch {
  // Encoded, so that no character of the address means anything to a command line; a quote within
  // quotes is doubled for PowerShell itself, in each of the forms that it takes for one.
  const quoted = url.replace(/['\u2018-\u201b]/g, '$&$&')
  const script = `$ProgressPreference = 'SilentlyContinue'; Start-Process '${quoted}'`
  const encoded = Buffer.from(script, 'utf16le').toString('base64')
  const args = ['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass']
  return {
    command,
    args: [...args, '-EncodedCommand', encoded],
    waitMs: POWERSHELL_MS,
    detached: true,
  }
}
