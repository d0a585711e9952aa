import type { Context } from '../context.ts'
import { LoginRequiredError, UsageError } from '../errors/families.ts'
import { isOpenId } from '../protocol/authorization-url.ts'
import type { Server } from '../protocol/server.ts'
import type { SessionSummary } from '../stores/session-index.ts'

/**
 * Asks for the issuer and the client id where neither option, variable nor profile gives them and
 * somebody can answer; else the missing option is named (exit 2). Changes the context's settings.
 */
export async function askForMissing(context: Context): Promise<void> {
  const { values } = context.settings
  const byHand = values.authorization_endpoint !== undefined && values.token_endpoint !== undefined
  if (values.issuer === undefined && !byHand) {
    values.issuer = await ask(context, 'Issuer (https://…)', 'issuer', '--issuer URL')
    context.settings.origins.issuer = 'option'
  }
  if (values.client_id === undefined) {
    values.client_id = await ask(context, 'Client id', 'client_id', '--client-id ID')
    context.settings.origins.client_id = 'option'
  }
}

async function ask(
  { prompter, profileName }: Context,
  question: string,
  name: string,
  option: string,
): Promise<string> {
  const answer = prompter.possible ? (await prompter.text(question)).trim() : ''
  if (answer !== '') return answer
  throw new UsageError(`no ${name} is given for profile "${profileName}"`, {
    code: `${name}_missing`,
    hint: `Give it: oauthctl login ${profileName} --issuer URL --client-id ID (here ${option} is missing)`,
  })
}

/**
 * The scope of a login that names none: who it is and a refresh token, as far as the server offers
 * it. Only for servers that publish metadata; another one decides by itself (RFC 6749 section 3.3).
 */
export function defaultScope(server: Server, isDescribedByHand: boolean): string | undefined {
  if (isDescribedByHand) return undefined
  const offered = server.metadata.scopes_supported
  if (!offered) return 'openid'
  const wanted = ['openid', 'profile', 'offline_access'].filter((one) => offered.includes(one))
  return wanted.length > 0 ? wanted.join(' ') : undefined
}

/** A profile that is logged in to one server is not silently turned into one for another server. */
export function checkSameServer(context: Context, existing: SessionSummary | undefined): void {
  const { values, origins, profile } = context.settings
  const known = profile.issuer ?? existing?.issuer
  if (known === undefined || values.issuer === undefined || values.issuer === known) return
  if (origins.issuer === 'profile') return
  throw new UsageError(
    `profile "${context.profileName}" belongs to ${known}, not to ${values.issuer}`,
    {
      code: 'credentials_bound',
      hint: `Give the other server a name of its own: oauthctl login NAME --issuer ${values.issuer} --client-id ID`,
    },
  )
}

/** Why a session without refresh token has none, as far as can be told. */
export function whyNotRefreshable(scope: string | undefined, server: Server): string {
  const offered = server.metadata.scopes_supported
  const grants = server.metadata.grant_types_supported
  if (grants && !grants.includes('refresh_token')) return 'the server gives out no refresh tokens'
  const asked = (scope ?? '').split(' ').includes('offline_access')
  if (!asked && isOpenId(scope) && (!offered || offered.includes('offline_access'))) {
    return 'the scope offline_access was not asked for'
  }
  if (asked) return 'the server gave none; some want --prompt consent for it'
  return 'the server gave none'
}

/** The error for a login that nobody completed. */
export function loginTimedOut(seconds: number, again: string): LoginRequiredError {
  return new LoginRequiredError(`nobody completed the login within ${seconds} s`, {
    code: 'login_timeout',
    retryable: true,
    hint: `To try again, ${again}; to allow more time: --login-timeout SECONDS`,
  })
}
