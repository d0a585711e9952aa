import { hasUserInfo } from '../text/urls.ts'
import { readSecretReference } from './secret-reference.ts'
import { SETTING_NAMES, SETTINGS } from './settings.ts'

/**
 * A profile of the file as it may be shown: where a secret itself stands in it, which no command
 * writes and every command that uses the profile refuses, words stand in its place.
 */
export function showableProfile(
  name: string,
  profile: Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(profile).map(([key, value]) => [key, showable(name, key, value)]),
  )
}

function showable(profileName: string, key: string, value: unknown): unknown {
  const name = SETTING_NAMES.find((one) => one === key)
  const kind = name && SETTINGS[name].kind
  const set = `see oauthctl profile set ${profileName} ${key}=`
  if (kind === 'secret' && !(typeof value === 'string' && readSecretReference(value))) {
    return `(a literal secret; ${set}env:…)`
  }
  if (kind === 'address' && typeof value === 'string' && hasUserInfo(value)) {
    return `(an address with a password; ${set}URL)`
  }
  return value
}
