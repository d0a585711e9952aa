import { ENDPOINT_NAMES, optionName, variableName, type SettingName } from '../config/settings.ts'
import type { ResolvedSettings } from '../config/resolve-settings.ts'
import { LoginRequiredError, UsageError } from '../errors/families.ts'

/** The server and client that something stored belongs to. */
export interface Bound {
  issuer?: string
  tokenEndpoint?: string
  clientId: string
  /** The endpoints that were given by hand, by setting name, as in a run without a profile. */
  endpoints?: Record<string, string>
}

const CREDENTIALS = [
  'client_secret',
  'client_key',
  'client_key_passphrase',
  'client_assertion',
  'cert',
  'cert_key',
  'identity',
  'subject_token',
  'actor_token',
  'assertion',
] as const

/**
 * Refuses to send the profile's own credentials anywhere but to the profile's own server: an option
 * or a variable that names another issuer or endpoint goes with credentials of its own, or not at all.
 */
export function checkProfileCredentials(settings: ResolvedSettings, profileName: string): void {
  if (!CREDENTIALS.some((name) => settings.origins[name] === 'profile')) return
  for (const name of overridden(settings)) {
    throw new UsageError(
      `the client credentials of profile "${profileName}" are not sent to another ${name} than the profile's`,
      {
        code: 'credentials_bound',
        hint: `${leaveOut(name, settings)}, or give the other server a profile of its own: oauthctl login NAME ${optionName(name)} …`,
      },
    )
  }
}

/**
 * Refuses to use a stored session with another server or client than the one it was made with. A
 * profile may name more endpoints later; the token endpoint, which gets the refresh token, stays the
 * same until the next login, whatever stands for it. Throws `session_of_other_server`: a `UsageError`
 * for what an option or a variable says, a `LoginRequiredError` for a profile that was changed.
 */
export function checkSessionBinding(
  bound: Bound,
  settings: ResolvedSettings,
  loginCommand: string,
): void {
  const { values } = settings
  const pairs: [SettingName, string | undefined, string | undefined][] = [
    ['issuer', values.issuer, bound.issuer],
    ['client_id', values.client_id, bound.clientId],
    ['token_endpoint', values.token_endpoint, bound.tokenEndpoint],
  ]
  for (const [name, wanted, stored] of pairs) {
    if (wanted === undefined || wanted === stored) continue
    const message = `the stored session belongs to ${name} ${stored ?? '(none)'}, not to ${wanted}`
    if (settings.origins[name] === 'profile') {
      throw new LoginRequiredError(message, {
        code: 'session_of_other_server',
        hint: `The profile was changed since. Log in again: ${loginCommand}`,
      })
    }
    throw new UsageError(message, {
      code: 'session_of_other_server',
      hint: `${leaveOut(name, settings)}, or log in there under another name: oauthctl login NAME ${optionName(name)} ${wanted}`,
    })
  }
  for (const name of overridden(settings)) {
    if (name === 'issuer' || name === 'token_endpoint') continue
    if (bound.endpoints?.[name] === values[name]) continue
    throw new UsageError(`a stored session is not sent to another ${name} than the profile's`, {
      code: 'session_of_other_server',
      hint: `${leaveOut(name, settings)}, or put it into the profile: oauthctl profile set NAME ${name}=URL`,
    })
  }
}

/** True for a refusal of `checkSessionBinding` or `checkProfileCredentials` that the command line caused. */
export function isForeignServer(error: unknown): boolean {
  return (
    error instanceof UsageError &&
    ['session_of_other_server', 'credentials_bound'].includes(error.code)
  )
}

function leaveOut(name: SettingName, { origins }: ResolvedSettings): string {
  return origins[name] === 'variable'
    ? `Run: unset ${variableName(name)}`
    : `Leave ${optionName(name)} out`
}

// Endpoints that an option or a variable names and that the profile does not name the same.
function overridden({ values, origins, profile }: ResolvedSettings): SettingName[] {
  return ENDPOINT_NAMES.filter((name) => {
    const origin = origins[name]
    const foreign = origin === 'option' || origin === 'variable'
    return foreign && values[name] !== profile[name]
  })
}
