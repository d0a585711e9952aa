// Parameters, members and headers that carry a credential, in requests, answers and addresses.
const NAMES = [
  'access_token',
  'actor_token',
  'api_key',
  'assertion',
  'auth_token',
  'authorization',
  'client_assertion',
  'client_secret',
  'code',
  'code_verifier',
  'cookie',
  'device_code',
  'dpop',
  'id_token',
  'id_token_hint',
  'login_hint_token',
  'logout_token',
  'password',
  'proxy_authorization',
  'refresh_token',
  'registration_access_token',
  'request',
  'response',
  'saml_request',
  'saml_response',
  'set_cookie',
  'software_statement',
  'subject_token',
  'token',
  'user_code',
  'x_api_key',
  'x_auth_token',
]

const KNOWN = new Set(NAMES.map(bare))

/** True for a name of a secret in any usual spelling: `access_token`, `accessToken`, `Access-Tokens`. */
export function isSecretName(name: string): boolean {
  const found = bare(name)
  return KNOWN.has(found) || KNOWN.has(found.replace(/s$/, ''))
}

/** The same names and spellings as the source of a regular expression, for the flag `i`. */
export const SECRET_NAME = `(?:${NAMES.map((name) => name.replaceAll('_', '(?:[-_]|%5f)?')).join('|')})s?`

function bare(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '')
}
