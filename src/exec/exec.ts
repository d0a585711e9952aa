import { withoutSecrets } from '../browser/child-environment.ts'
import type { Context } from '../context.ts'
import { CommandError, UsageError } from '../errors/families.ts'
import { EXEC_EXIT } from '../errors/exit-codes.ts'
import { errnoOf, fileReason } from '../files/file-errors.ts'
import type { Child, ChildEnd } from '../ports/children.ts'
import { obtainForUse, type ObtainOptions } from '../token/obtain.ts'

export interface ExecOptions {
  /** The program and its arguments. */
  command: readonly string[]
  /** `--env`: the variable that the child finds the token in. */
  variable: string | undefined
  obtain: ObtainOptions
}

/**
 * Runs a program with a valid token in its environment and gives how it ended. While it runs, an
 * ending signal goes to it and not to this process, so that it is never left behind.
 */
export async function runExec(context: Context, options: ExecOptions): Promise<ChildEnd> {
  const { variable = 'ACCESS_TOKEN' } = options
  const [program, ...args] = options.command
  if (program === undefined || program === '') {
    throw new UsageError('there is no command to run', {
      code: 'command_missing',
      hint: 'Write it behind two dashes: oauthctl exec [profile] -- COMMAND …',
    })
  }
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) {
    throw new UsageError(`"${variable}" cannot be the name of a variable`, {
      code: 'option_invalid',
      hint: 'Write it like: --env API_TOKEN',
    })
  }
  const { token } = await obtainForUse(context, options.obtain)
  const env = { ...withoutSecrets(context.env), [variable]: token }
  const child = await context.children
    .start(program, args, env)
    .catch((cause: unknown) => Promise.reject(notStarted(program, cause)))
  const takeBack = context.interruption.handOver((signal) => passOn(context, child, signal))
  try {
    return await child.ended
  } finally {
    takeBack()
  }
}

// The keyboard's signals go to every process of the terminal's foreground: passed on, they would
// come twice, which many programs take for "at once, without cleaning up".
function passOn({ children }: Context, child: Child, signal: NodeJS.Signals): void {
  const fromKeyboard = signal === 'SIGINT' || signal === 'SIGQUIT'
  if (!fromKeyboard || !children.shareTerminal()) child.kill(signal)
}

function notStarted(program: string, cause: unknown): CommandError {
  if (errnoOf(cause) === 'ENOENT') {
    return new CommandError(`there is no command "${program}"`, EXEC_EXIT.notFound, {
      code: 'command_not_found',
      hint: 'Check its name and PATH; a script needs its interpreter too',
      cause,
    })
  }
  return new CommandError(
    `"${program}" cannot be run: ${fileReason(cause)}`,
    EXEC_EXIT.notExecutable,
    { code: 'command_not_executable', hint: `See what it is: ls -l ${program}`, cause },
  )
}
