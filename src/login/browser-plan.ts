import type { Context } from '../context.ts'
import { UsageError } from '../errors/families.ts'
import { flag } from '../config/setting-values.ts'

/** How the authorization page gets opened. */
export interface BrowserPlan {
  /** False with `--no-browser`. */
  open: boolean
  /** `--browser`, else the list in `$BROWSER`; empty for the system's browser. */
  commands: string[]
}

/**
 * Decides on the browser before anything else happens. In CI nobody sits before one, so there a
 * login needs a browser that was named, or `--no-browser`.
 */
export function planBrowser(context: Context, noBrowser: boolean): BrowserPlan {
  const { env, platform, settings } = context
  const named = settings.values.browser
  // The variable is a list by convention, separated as PATH is; the option is one command.
  const list = (env['BROWSER'] ?? '').split(platform === 'win32' ? ';' : ':').filter(Boolean)
  const commands = named ? [named] : list
  if (noBrowser) return { open: false, commands: [] }
  if (commands.length === 0 && isCi(env)) {
    throw new UsageError('CI is set, so no browser is opened for a login', {
      code: 'browser_in_ci',
      hint: 'Name a browser with --browser COMMAND, or print the address with --no-browser',
    })
  }
  return { open: true, commands }
}

/** True when the variable `CI` says that nobody is watching. */
export function isCi(env: Record<string, string | undefined>): boolean {
  const value = env['CI'] ?? ''
  try {
    return flag(value, 'CI')
  } catch {
    return true
  }
}
