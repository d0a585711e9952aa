import type { Redactor } from '../text/redact.ts'
import { visible } from '../text/visible.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { OauthctlError } from './families.ts'
import { fillHint } from './hints.ts'

export interface RenderedError {
  /** For people. */
  lines: string[]
  /** For `--json`: the last line on stderr. */
  document: unknown
  exitCode: ExitCode
}

export interface RenderOptions {
  redactor: Redactor
  /** With `--verbose`, a fault of oauthctl itself shows where it happened. */
  verbose: boolean
  /** What the commands of a hint name as their profile; undefined where they need no name. */
  profile?: string | undefined
  mark: (text: string) => string
}

/** The one place where an error becomes words and an exit code. Anything unforeseen is a fault (1). */
export function renderError(error: unknown, options: RenderOptions): RenderedError {
  const { redactor, verbose, mark } = options
  const safe = (text: string, limit?: number): string => visible(redactor.text(text), limit)
  const known = error instanceof OauthctlError ? error : undefined
  const thrown = error instanceof Error ? error : new Error(String(error))
  const message = known
    ? safe(known.message, 1500)
    : `this is a fault of oauthctl: ${safe(thrown.message)}`
  const hint = known
    ? known.hint && fillHint(known.hint, known.profile ?? options.profile)
    : 'Run it again with -v and report what it prints, which holds no secret'
  const exitCode = known?.exitCode ?? EXIT.fault
  const oauth = known?.oauth
  const lines = [`${mark('error:')} ${message}`]
  if (oauth?.error_uri) lines.push(`  see ${safe(oauth.error_uri)}`)
  if (hint) lines.push(`  ${safe(hint, 1500)}`)
  if (verbose && !known) {
    lines.push(
      ...(thrown.stack ?? '')
        .split('\n')
        .slice(1)
        .map((line) => safe(line)),
    )
  }
  return {
    lines,
    exitCode,
    document: {
      error: {
        // The code of an OAuth error is the server's own text.
        code: safe(known?.code ?? 'internal', 100),
        message,
        hint: hint && safe(hint, 1500),
        retryable: known?.retryable ?? false,
        exit_code: exitCode,
        oauth: oauth && redactedParts(oauth as unknown as Record<string, string>, redactor),
      },
    },
  }
}

function redactedParts(parts: Record<string, string>, redactor: Redactor): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parts).map(([name, value]) => [name, redactor.text(value).slice(0, 2000)]),
  )
}
