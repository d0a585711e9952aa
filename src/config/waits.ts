import type { Settings } from './settings.ts'

/** How long one HTTP request may take, in whole milliseconds, because timers take no others. */
export function requestLimitMs({ timeout = 30 }: Settings): number {
  return Math.round(timeout * 1000)
}

/** How long a person has for a login, in whole milliseconds. */
export function loginLimitMs({ login_timeout = 300 }: Settings): number {
  return Math.round(login_timeout * 1000)
}
