import { describe, expect, it } from 'vitest'
import { systemLaunchers } from '../../src/browser/system-launchers.ts'

const URL_TEXT = `https://as.example/authorize?a=1&b='x'`

function decoded(args: string[]): string {
  return Buffer.from(args.at(-1) ?? '', 'base64').toString('utf16le')
}

describe('systemLaunchers', () => {
  it.each([
    ['darwin', ['open']],
    ['linux', ['xdg-open']],
    ['freebsd', ['xdg-open']],
    ['android', ['termux-open-url', 'xdg-open']],
  ] as const)('hands the URL over as one argument on %s', (platform, commands) => {
    const launchers = systemLaunchers(URL_TEXT, platform, {})
    expect(launchers.map(({ command }) => command)).toEqual(commands)
    for (const { args } of launchers) expect(args).toEqual([URL_TEXT])
  })

  it('asks PowerShell on Windows, encoded, and stays until it is done', () => {
    const [first, second] = systemLaunchers(URL_TEXT, 'win32', { SystemRoot: String.raw`D:\W` })
    expect(first?.command).toBe(String.raw`D:\W\System32\WindowsPowerShell\v1.0\powershell.exe`)
    expect(first?.args.join(' ')).not.toContain('as.example')
    expect(decoded(first?.args ?? [])).toMatch(
      /Start-Process 'https:\/\/as\.example\/authorize\?a=1&b=''x'''$/,
    )
    expect(first).toMatchObject({ detached: false, waitMs: 15_000 })
    expect(second?.args).toEqual(['url.dll,FileProtocolHandler', URL_TEXT])
  })

  it('prefers the browser of Windows inside WSL', () => {
    const launchers = systemLaunchers(URL_TEXT, 'linux', { WSL_DISTRO_NAME: 'Debian' })
    expect(launchers.map(({ command }) => command)).toEqual([
      '/mnt/c/Windows/System32/WindowsPowerShell/v1.0/powershell.exe',
      'powershell.exe',
      'wslview',
      'xdg-open',
    ])
    expect(launchers[0]?.cwd).toBe('/mnt/c/Windows/System32/WindowsPowerShell/v1.0')
  })
})
