import { ENDPOINT_NAMES, optionName, type SettingName } from '../config/settings.ts'
import type { ResolvedSettings } from '../config/resolve-settings.ts'
import { LoginRequiredError, UsageError } from '../errors/families.ts'

/** The server and client that something stored belongs to. */
export interface Bound {
  issuer?: string
  tokenEndpoint?: string
  clientId: string
}

/**
 * Refuses to send the profile's own credentials anywhere but to the profile's own server: an option
 * or a variable that names another issuer or endpoint goes with credentials of its own, or not at all.
 */
export function checkProfileCredentials(settings: ResolvedSettings, profileName: string): void {
  if (settings.origins.client_secret !== 'profile') return
  for (const name of overridden(settings)) {
    throw new UsageError(
      `the client secret of profile "${profileName}" is not sent to another ${name} than the profile's`,
      {
        code: 'credentials_bound',
        hint: `Leave ${optionName(name)} out, or give the other server a profile of its own: oauthctl login NAME ${optionName(name)} …`,
      },
    )
  }
}

/** Refuses to use a stored session with another server or client than the one it was made with. */
export function checkSessionBinding(
  bound: Bound,
  settings: ResolvedSettings,
  loginCommand: string,
): void {
  const { values } = settings
  const pairs: [SettingName, string | undefined, string | undefined][] = [
    ['issuer', values.issuer, bound.issuer],
    ['client_id', values.client_id, bound.clientId],
  ]
  if (bound.issuer === undefined) {
    pairs.push(['token_endpoint', values.token_endpoint, bound.tokenEndpoint])
  }
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
      hint: `Leave ${optionName(name)} out, or log in there under another name: oauthctl login NAME ${optionName(name)} ${wanted}`,
    })
  }
  for (const name of overridden(settings)) {
    if (name === 'issuer' || (name === 'token_endpoint' && bound.tokenEndpoint === values[name])) {
      continue
    }
    throw new UsageError(`a stored session is not sent to another ${name} than the profile's`, {
      code: 'session_of_other_server',
      hint: `Leave ${optionName(name)} out, or put it into the profile: oauthctl profile set NAME ${name}=URL`,
    })
  }
}

// Endpoints that an option or a variable names and that the profile does not name the same.
function overridden({ values, origins, profile }: ResolvedSettings): SettingName[] {
  return ENDPOINT_NAMES.filter((name) => {
    const origin = origins[name]
    const foreign = origin === 'option' || origin === 'variable'
    return foreign && values[name] !== profile[name]
  })
}
