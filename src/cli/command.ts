import type { Command } from 'commander'
import type { Context } from '../context.ts'
import type { ExitCode } from '../errors/exit-codes.ts'
import type { ChildEnd } from '../ports/children.ts'

/** What stood on the command line behind the command's name. */
export interface Invocation {
  /** Positional arguments, in order. */
  args: (string | undefined)[]
  /** All options, the global ones included, by commander's camelCase names. */
  options: Record<string, unknown>
  /** What stands behind the `--` of a command that runs another program, word by word. */
  childCommand: string[]
}

/** How a run ends: with a code of our own, or as a child did that took its place. */
export type Ending = ExitCode | ChildEnd

/** Does the work; the exit code is 0 where it gives none. */
export type Handler = (context: Context, invocation: Invocation) => Promise<Ending | void>

export interface RunOptions {
  /** Which argument names a profile. */
  profileArgument?: number
  /** False for commands that must work with a broken profile file too. */
  profiles?: boolean
}

/** Turns a handler into a commander action. */
export type Run = (handler: Handler, options?: RunOptions) => (...args: unknown[]) => Promise<void>

/** Adds one command with its options to the program. */
export type Register = (program: Command, run: Run) => void
