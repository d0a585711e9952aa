import type { Browser, Opened } from '../ports/browser.ts'
import type { Clock } from '../ports/clock.ts'
import { visible } from '../text/visible.ts'
import { withoutSecrets, type Environment } from './child-environment.ts'
import { launch, type Launch } from './launch.ts'
import { openableUrl } from './openable-url.ts'
import { splitCommand } from './split-command.ts'

interface BrowserOptions {
  /** From `--browser` (one) or `$BROWSER` (split at its colons); none: the system's own browser. */
  commands: string[]
  platform: NodeJS.Platform
  /** Handed on to the browser, without our secrets. */
  env: Environment
  clock: Clock
  /** Opens a page in the system's own browser. */
  openInSystem: (url: string, signal?: AbortSignal) => Promise<Opened>
  /** `--allow-http`: plain http to another machine may be opened. */
  allowHttp?: boolean
}

/** What a command must outlive to count as a browser. */
const COMMAND_MS = 1000

/**
 * Opens pages by the given commands, in their order until one works, or by the system where none is
 * given. Somebody who names a browser gets that one or none: another browser is another account.
 */
export function createBrowser(options: BrowserOptions): Browser {
  const { commands, platform, clock, allowHttp = false } = options
  const env = withoutSecrets(options.env)

  async function firstThatWorks(
    candidates: (Launch | string)[],
    signal: AbortSignal | undefined,
  ): Promise<Opened> {
    const reasons: string[] = []
    for (const candidate of candidates) {
      const opened: Opened =
        typeof candidate === 'string'
          ? { kind: 'failed', reason: candidate }
          : await launch(candidate, env, clock, signal)
      if (opened.kind === 'opened') return opened
      reasons.push(opened.reason)
    }
    return { kind: 'failed', reason: reasons.join('; ') }
  }

  async function bySystem(url: string, signal: AbortSignal | undefined): Promise<Opened> {
    const opened = await options.openInSystem(url, signal)
    const graphical = platform === 'win32' || platform === 'darwin'
    if (opened.kind === 'opened' || graphical || env['DISPLAY'] || env['WAYLAND_DISPLAY']) {
      return opened
    }
    return { ...opened, reason: `${opened.reason}; this terminal has no graphical display` }
  }

  return {
    async open(url, signal) {
      const checked = openableUrl(url, allowHttp)
      if (checked.kind === 'refused') return { kind: 'failed', reason: checked.reason }
      if (commands.length === 0) return await bySystem(checked.href, signal)
      return await firstThatWorks(
        commands.map((command) => commandLaunch(command, checked.href, platform)),
        signal,
      )
    },
  }
}

/** How to start a given command with the URL, or why that is not possible. */
function commandLaunch(line: string, url: string, platform: NodeJS.Platform): Launch | string {
  const [command, ...words] = splitCommand(line, platform) ?? []
  if (command === undefined || command === '') {
    return `'${visible(line, 100)}' is not a command (look at its quotes)`
  }
  // Split first: no character of the URL may ever be taken for a separator.
  const placed = words.some((word) => word.includes('%s'))
  const args = placed ? words.map((word) => word.replaceAll('%s', () => url)) : [...words, url]
  return { command, args, waitMs: COMMAND_MS }
}
