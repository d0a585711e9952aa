import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import type { Result, Running } from '../support/program.ts'
import { robotBrowser } from '../support/project.ts'
import type { World } from '../support/world.ts'

/** What stands under `error` in the last line of stderr. */
export interface ToldError {
  code: string
  message: string
  hint?: string
  retryable: boolean
  exit_code: number
  oauth?: Record<string, string>
}

/** A browser command that opens nothing, for logins that the test completes by itself. */
export const idleBrowser = `${robotBrowser} --idle`

/** The options that name the server and its public client. */
export function demoClient(server: AuthorizationServer, ...more: string[]): string[] {
  return ['--issuer', server.issuer, '--client-id', 'oauthctl-demo', ...more]
}

/** `{ max_age: '1' }` as `--max-age 1`; a list repeats the option. */
export function asOptions(values: Record<string, string | string[]>): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    [value].flat().flatMap((one) => [`--${name.replaceAll('_', '-')}`, one]),
  )
}

/** The JSON Lines of a `--json` run's stderr; throws for a line that is no JSON. */
export function jsonLines(stderr: string): Record<string, unknown>[] {
  return stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** The error of a failed `--json` run: the last line of stderr. */
export function toldError(result: Result): ToldError {
  const last = jsonLines(result.stderr).at(-1)
  if (last?.['error'] === undefined) throw new Error(`no error in: ${result.stderr}`)
  return last['error'] as ToldError
}

/** The warnings of a `--json` run. */
export function warnings(result: Result): string[] {
  return jsonLines(result.stderr).flatMap((line) =>
    typeof line['warning'] === 'string' ? [line['warning']] : [],
  )
}

/** The authorization URL, as soon as it is on stderr. */
export async function shownUrl(running: Pick<Running, 'waitForStderr'>): Promise<string> {
  const pattern = /^(?:\{"authorization_url":")?(http\S+\/auth\?[^\s"]+)(?:"\})?$/m
  const [, url = ''] = await running.waitForStderr(pattern)
  return url
}

/** Starts a login whose browser opens nothing, and gives the address that it waits for. */
export async function startIdleLogin(
  world: World,
  args: readonly string[],
): Promise<{ running: Running; url: string; redirectUri: string }> {
  const running = world.start(['login', ...args, '--browser', idleBrowser])
  const url = await shownUrl(running)
  return { running, url, redirectUri: new URL(url).searchParams.get('redirect_uri') ?? '' }
}

/** Every file below a folder, with its permission bits. */
export function filesBelow(folder: string): { path: string; mode: number; isFolder: boolean }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => {
    const stat = statSync(join(folder, name))
    return { path: name, mode: stat.mode & 0o777, isFolder: stat.isDirectory() }
  })
}

/** The names of the stored sessions and secrets; empty when nothing was ever stored. */
export function storedEntries(world: World): string[] {
  try {
    return readdirSync(join(world.stateDir, 'sessions'))
  } catch {
    return []
  }
}
