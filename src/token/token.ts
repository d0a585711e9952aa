import { appendFileSync } from 'node:fs'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../errors/exit-codes.ts'
import { LoginRequiredError, MachineFault, UsageError } from '../errors/families.ts'
import { fileReason } from '../files/file-errors.ts'
import { FORMAT_NAMES, formatToken } from '../output/token-formats.ts'
import { chooseToken } from '../sessions/choose-token.ts'
import { isFresh } from '../sessions/freshness.ts'
import { storedIdToken } from '../sessions/id-token-choice.ts'
import { existingSession, selectorOf, tokenWish } from '../sessions/wish.ts'
import { MAX_PRESENTATIONS } from '../stores/refresh-journal.ts'
import { chosenGrant, obtainForUse, type ObtainOptions } from './obtain.ts'

export interface TokenOptions extends ObtainOptions {
  /** `--output`; undefined for raw, or JSON with `--json`. */
  format: string | undefined
  /** `--env`. */
  variable: string | undefined
  check: boolean
}

/** Prints a valid token of the profile's session, renewed when needed. */
export async function runToken(context: Context, options: TokenOptions): Promise<ExitCode> {
  const format = chooseFormat(context, options)
  if (options.check) return check(context, options)
  const printable = await obtainForUse(context, options)
  const text = formatToken(format, printable, {
    env: context.env,
    variable: options.variable,
    append: appendToStepFile,
  })
  if (text === undefined) throw unknownFormat(format)
  context.output.result(text)
  return EXIT.done
}

/** Adds a line to a file that the CI system names in `variable`. */
function appendToStepFile(path: string, line: string, variable: string): void {
  try {
    appendFileSync(path, line)
  } catch (cause) {
    const why = fileReason(cause)
    throw new MachineFault(`${path}, which ${variable} names, cannot be written: ${why}`, {
      code: 'output_failed',
      hint: `Check ${variable}; in GitHub Actions the runner sets it`,
      cause,
    })
  }
}

function chooseFormat({ output, env }: Context, { format, variable }: TokenOptions): string {
  const name = format ?? (output.json ? 'json' : 'raw')
  if (!FORMAT_NAMES.includes(name)) throw unknownFormat(name)
  if (variable !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) {
    throw new UsageError(`"${variable}" cannot be the name of a variable`, {
      code: 'option_invalid',
      hint: 'Write it like: --env API_TOKEN',
    })
  }
  if (name === 'github' && !env['GITHUB_OUTPUT']) {
    throw new UsageError('GITHUB_OUTPUT is not set, so this is no step of GitHub Actions', {
      code: 'github_output_missing',
      hint: 'Elsewhere, use --output raw or --output env',
    })
  }
  if (name === 'github' && variable !== undefined && !env['GITHUB_ENV']) {
    throw new UsageError('GITHUB_ENV is not set, so --env has no place to go', {
      code: 'github_output_missing',
      hint: 'Leave --env out; in GitHub Actions the runner sets GITHUB_ENV',
    })
  }
  return name
}

function unknownFormat(name: string): UsageError {
  return new UsageError(`there is no output format "${name}"`, {
    code: 'option_invalid',
    hint: `Use one of: ${FORMAT_NAMES.join(', ')}`,
  })
}

/** `--check`: would a token come without a login? No output, no network. */
async function check(context: Context, options: TokenOptions): Promise<ExitCode> {
  const { idToken } = options
  // A machine needs no login.
  if (chosenGrant(context, options) !== undefined) return EXIT.done
  const keeper = existingSession(context)
  const record = await keeper.load()
  if (!record) return EXIT.loginRequired
  const wish = tokenWish(context, keeper)
  try {
    wish.checkBinding(record)
  } catch (error) {
    if (error instanceof LoginRequiredError) return error.exitCode
    throw error
  }
  const lifetime = idToken
    ? storedIdToken(record)?.lifetime
    : chooseToken(record, selectorOf(context))
  if (idToken && !lifetime) return EXIT.loginRequired
  if (lifetime && isFresh(lifetime, context.clock.now(), wish.minTtl)) return EXIT.done
  const { refreshToken, ended } = record
  const usable =
    refreshToken !== undefined &&
    keeper.journal.attempts(keeper.id, refreshToken) < MAX_PRESENTATIONS
  return usable && ended === undefined ? EXIT.done : EXIT.loginRequired
}
