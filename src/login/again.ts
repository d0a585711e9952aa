import type { Context } from '../context.ts'
import { loginCommand } from '../sessions/open-session.ts'

/**
 * How to run a login again, as the end of a sentence: its short command where the profile has what it
 * needs; a first login is made of its own options, which only the person has.
 */
export function loginAgain(context: Context, option?: string): string {
  if (!context.profileExists) {
    return `run the same command again${option === undefined ? '' : ` with ${option}`}`
  }
  return `run: ${[loginCommand(context), ...(option === undefined ? [] : [option])].join(' ')}`
}
