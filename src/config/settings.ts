// Every setting that has three spellings: option `--client-id`, variable `OAUTHCTL_CLIENT_ID`,
// profile key `client_id`. The names are the protocol's own.

export type SettingKind = 'text' | 'list' | 'seconds' | 'flag' | 'pairs' | 'secret'

interface SettingSpec {
  kind: SettingKind
  /** May stand in a profile. */
  profile: boolean
  /** Written to the profile by a successful login. */
  saved?: boolean
  /** An address that credentials or tokens are sent to: bound to the profile and its session. */
  endpoint?: boolean
}

const endpoint = { kind: 'text', profile: true, saved: true, endpoint: true } as const
const savedText = { kind: 'text', profile: true, saved: true } as const
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
  client_secret: { kind: 'secret', profile: true, saved: true },
  token_endpoint_auth_method: savedText,
  grant_type: { kind: 'text', profile: true },
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
  proxy: { kind: 'text', profile: true },
  timeout: { kind: 'seconds', profile: true },
  login_timeout: { kind: 'seconds', profile: true },
  min_ttl: { kind: 'seconds', profile: true },
  prompt: runText,
  login_hint: runText,
  max_age: { kind: 'seconds', profile: false },
  allow_http: { kind: 'flag', profile: false },
} as const satisfies Record<string, SettingSpec>

export type SettingName = keyof typeof SETTINGS

type ValueOf<K extends SettingKind> = K extends 'list'
  ? string[]
  : K extends 'seconds'
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
