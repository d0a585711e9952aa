// Every setting that has three spellings: option `--client-id`, variable `OAUTHCTL_CLIENT_ID`,
// profile key `client_id`. The names are the protocol's own.

// An address has no user name and password in it; a wait is a number of seconds that a timer can take.
export type SettingKind =
  'text' | 'address' | 'list' | 'seconds' | 'wait' | 'flag' | 'pairs' | 'secret'

interface SettingSpec {
  kind: SettingKind
  /** May stand in a profile. */
  profile: boolean
  /** Written to the profile by a successful login. */
  saved?: boolean
  /** An address that credentials or tokens are sent to: bound to the profile and its session. */
  endpoint?: boolean
}

const endpoint = { kind: 'address', profile: true, saved: true, endpoint: true } as const
const savedText = { kind: 'text', profile: true, saved: true } as const
const savedSecret = { kind: 'secret', profile: true, saved: true } as const
const runText = { kind: 'text', profile: false } as const

export const SETTINGS = {
  issuer: endpoint,
  authorization_endpoint: endpoint,
  token_endpoint: endpoint,
  jwks_uri: endpoint,
  userinfo_endpoint: endpoint,
  revocation_endpoint: endpoint,
  introspection_endpoint: endpoint,
  device_authorization_endpoint: endpoint,
  end_session_endpoint: endpoint,
  client_id: savedText,
  client_secret: savedSecret,
  client_key: savedSecret,
  client_key_id: savedText,
  client_key_passphrase: savedSecret,
  cert: savedText,
  cert_key: savedSecret,
  client_assertion: savedSecret,
  identity: savedText,
  identity_audience: savedText,
  token_endpoint_auth_method: savedText,
  grant_type: { kind: 'text', profile: true },
  subject_token: { kind: 'secret', profile: true },
  subject_token_type: { kind: 'text', profile: true },
  actor_token: { kind: 'secret', profile: true },
  actor_token_type: { kind: 'text', profile: true },
  requested_token_type: { kind: 'text', profile: true },
  assertion: { kind: 'secret', profile: true },
  token_param: { kind: 'pairs', profile: true },
  scope: savedText,
  resource: { kind: 'list', profile: true, saved: true },
  audience: savedText,
  redirect_uri: savedText,
  acr_values: savedText,
  authorization_param: { kind: 'pairs', profile: true, saved: true },
  allow_host: { kind: 'list', profile: true },
  store: savedText,
  browser: { kind: 'text', profile: true },
  ca: { kind: 'text', profile: true },
  proxy: { kind: 'address', profile: true },
  timeout: { kind: 'wait', profile: true },
  login_timeout: { kind: 'wait', profile: true },
  min_ttl: { kind: 'seconds', profile: true },
  prompt: runText,
  login_hint: runText,
  max_age: { kind: 'seconds', profile: false },
  allow_http: { kind: 'flag', profile: false },
} as const satisfies Record<string, SettingSpec>

export type SettingName = keyof typeof SETTINGS

type ValueOf<K extends SettingKind> = K extends 'list'
  ? string[]
  : K extends 'seconds' | 'wait'
    ? number
    : K extends 'flag'
      ? boolean
      : K extends 'pairs'
        ? Record<string, string>
        : string

/** Values as they are used; durations in seconds, secrets still as references. */
export type Settings = { [N in SettingName]?: ValueOf<(typeof SETTINGS)[N]['kind']> }

export type SettingValue = NonNullable<Settings[SettingName]>

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[]

/** The settings that a profile may have. */
export function profileSettings(): SettingName[] {
  return SETTING_NAMES.filter((name) => SETTINGS[name].profile)
}

export const ENDPOINT_NAMES = SETTING_NAMES.filter(
  (name) => 'endpoint' in SETTINGS[name] && SETTINGS[name].endpoint,
)

/** `client_id` as the option `--client-id`. */
export function optionName(name: string): string {
  return `--${name.replaceAll('_', '-')}`
}

/** `client_id` as the variable `OAUTHCTL_CLIENT_ID`. */
export function variableName(name: string): string {
  return `OAUTHCTL_${name.toUpperCase()}`
}
