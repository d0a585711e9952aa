import { OauthctlError } from '../errors/families.ts'
import { identityRefused, identityUnavailable } from './errors.ts'
import type { IdentityDeps } from './source.ts'

interface Words {
  title: string
  /** What to do where the program is missing. */
  missing: string
  /** What to do when it refuses. */
  refused: string
}

/**
 * What the program of a platform printed. Throws a `UsageError` `identity_unavailable` when it
 * cannot be started, else a `ServerError` `identity_refused` with the last line of what it said.
 */
export async function runPlatformCommand(
  command: string[],
  { title, missing, refused }: Words,
  { run }: Pick<IdentityDeps, 'run'>,
): Promise<string> {
  try {
    return await run(command)
  } catch (error) {
    if (error instanceof OauthctlError) throw error
    const { code, signal, killed, stderr } = error as {
      code?: unknown
      signal?: unknown
      killed?: boolean
      stderr?: string
    }
    const [program = ''] = command
    if (typeof code === 'string') {
      const why = code === 'ENOENT' ? 'is not in PATH' : `cannot be started (${code})`
      throw identityUnavailable(
        `${title} hands out identity tokens by the program ${program}, which ${why}`,
        missing,
        error,
      )
    }
    const status = killed
      ? `${program} took too long`
      : `${program} ended with ${String(code ?? signal)}`
    throw identityRefused(title, { status, said: lastLine(stderr ?? ''), hint: refused })
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? ''
}
