import { requireEndpoint, type Server } from './server.ts'
import type { LoginSecrets } from './pkce.ts'
import { UsageError } from '../errors/families.ts'
import type { Settings } from '../config/settings.ts'

// What the login itself must decide; a free parameter of the same name would undo a check.
const OURS = new Set([
  'client_id',
  'code_challenge',
  'code_challenge_method',
  'nonce',
  'redirect_uri',
  'response_type',
  'state',
])

/** The authorization request (RFC 6749 section 4.1.1, RFC 7636, RFC 8707, OpenID Connect Core 3.1.2.1). */
export function authorizationUrl(
  server: Server,
  settings: Settings,
  secrets: LoginSecrets,
  redirectUri: string,
): string {
  const url = new URL(requireEndpoint(server, 'authorization_endpoint'))
  const set = (name: string, value: string | number | undefined): void => {
    if (value !== undefined && value !== '') url.searchParams.set(name, String(value))
  }
  set('response_type', 'code')
  set('client_id', settings.client_id)
  set('redirect_uri', redirectUri)
  set('scope', settings.scope)
  set('state', secrets.state)
  if (isOpenId(settings.scope)) set('nonce', secrets.nonce)
  set('code_challenge', secrets.challenge)
  set('code_challenge_method', 'S256')
  for (const resource of settings.resource ?? []) url.searchParams.append('resource', resource)
  set('audience', settings.audience)
  set('prompt', settings.prompt)
  set('login_hint', settings.login_hint)
  set('acr_values', settings.acr_values)
  set('max_age', settings.max_age)
  for (const [name, value] of Object.entries(settings.authorization_param ?? {})) {
    if (OURS.has(name)) {
      throw new UsageError(`--authorization-param cannot set "${name}"`, {
        code: 'option_invalid',
        hint: 'Leave it out; oauthctl sets it itself',
      })
    }
    set(name, value)
  }
  return url.href
}

/** True when the scope asks for an ID token (OpenID Connect Core section 3.1.2.1). */
export function isOpenId(scope: string | undefined): boolean {
  return (scope ?? '').split(' ').includes('openid')
}
