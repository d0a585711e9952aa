import { parseSecretReference } from './secret-reference.ts'
import { fromJson, fromRepeated, fromText } from './setting-values.ts'
import {
  optionName,
  SETTING_NAMES,
  SETTINGS,
  variableName,
  type SettingName,
  type Settings,
} from './settings.ts'

export type Origin = 'option' | 'variable' | 'profile'

export interface ResolvedSettings {
  values: Settings
  /** Where each value came from; a name that has no value is absent. */
  origins: Partial<Record<SettingName, Origin>>
  /** What the profile alone says, for comparing with what overrides it. */
  profile: Settings
}

export interface SettingSources {
  /** Options as given on the command line, by setting name. */
  options: Partial<Record<SettingName, string | string[] | boolean>>
  env: Record<string, string | undefined>
  /** The profile's object in the profile file. */
  profile: Record<string, unknown> | undefined
  profileName: string
}

/** Applies the order option, variable, profile. Throws a `UsageError` that names the bad spelling. */
export function resolveSettings(sources: SettingSources): ResolvedSettings {
  const values: Record<string, unknown> = {}
  const origins: Partial<Record<SettingName, Origin>> = {}
  const profile: Record<string, unknown> = {}
  for (const name of SETTING_NAMES) {
    const written = sources.profile?.[name]
    if (written !== undefined && SETTINGS[name].profile) {
      profile[name] = fromJson(name, written, `${sources.profileName}.${name} in the profile file`)
    }
    const option = sources.options[name]
    const variable = countingVariable(name, sources)
    if (option !== undefined) {
      values[name] = optionValue(name, option)
      origins[name] = 'option'
    } else if (variable !== undefined && variable !== '') {
      values[name] = fromText(name, variable, variableName(name))
      origins[name] = 'variable'
    } else if (profile[name] !== undefined) {
      values[name] = profile[name]
      origins[name] = 'profile'
    }
  }
  refuseLiteralSecrets(sources, profile)
  return { values: values as Settings, origins, profile: profile as Settings }
}

// Before anything else happens, and whether or not the value counts: a secret that stands on a
// command line or in a file has to be changed anyway. A variable of the client secret holds the
// secret itself, as CI systems expect.
function refuseLiteralSecrets(
  { options, profileName }: SettingSources,
  profile: Record<string, unknown>,
): void {
  for (const name of SETTING_NAMES.filter((one) => SETTINGS[one].kind === 'secret')) {
    const [option, written] = [options[name], profile[name]]
    if (option !== undefined) parseSecretReference(String(option), optionName(name))
    if (written !== undefined) parseSecretReference(String(written), `${profileName}.${name}`)
  }
}

// A secret in the environment belongs to the client that the environment names, so it does not
// replace the secret that a profile names for its own client.
function countingVariable(name: SettingName, { env, profile }: SettingSources): string | undefined {
  const profileHasItsOwn = profile?.['client_secret'] !== undefined
  if (name === 'client_secret' && profileHasItsOwn && !env['OAUTHCTL_CLIENT_ID']) return undefined
  return env[variableName(name)]
}

function optionValue(name: SettingName, option: string | string[] | boolean): unknown {
  if (typeof option === 'boolean') return option
  if (Array.isArray(option)) return fromRepeated(name, option, optionName(name))
  return fromText(name, option, optionName(name))
}
