import { findProgram } from '../support/requirements.ts'

/** Why no browser of a person can be used here, or `undefined` when one can. */
export function whyNoBrowser(env: NodeJS.ProcessEnv): string | undefined {
  if ((env['CI'] ?? '') !== '') return 'This runs in a CI job'
  if (process.platform === 'darwin' || process.platform === 'win32')
    return env['SSH_CONNECTION'] === undefined ? undefined : 'This runs over SSH'
  if (!env['DISPLAY'] && !env['WAYLAND_DISPLAY']) return 'There is no display here'
  return findProgram('xdg-open') === undefined ? 'There is no xdg-open here' : undefined
}
