import { unknownProfile } from '../config/profile-choice.ts'
import { parseSecretReference } from '../config/secret-reference.ts'
import { fromText } from '../config/setting-values.ts'
import {
  ENDPOINT_NAMES,
  profileSettings,
  SETTINGS,
  SETTING_NAMES,
  type SettingName,
} from '../config/settings.ts'
import { showableProfile } from '../config/showable-profile.ts'
import type { Context } from '../context.ts'
import { UsageError } from '../errors/families.ts'
import { checkIssuer } from '../protocol/issuer.ts'
import { forgetClientSecret } from '../sessions/client-secret.ts'
import { ownSessions } from '../sessions/list.ts'
import { nearest } from '../text/nearest.ts'
import { checkSecureUrl } from '../transport/secure-url.ts'

export interface ProfileChanges {
  /** `KEY=VALUE`. */
  assignments: string[]
  unset: string[]
  makeDefault: boolean
}

/** Makes or changes the chosen profile; everything not named stays as it is. */
export async function setProfile(context: Context, changes: ProfileChanges): Promise<void> {
  const { profileName, profiles, output } = context
  const values = Object.fromEntries(changes.assignments.map(readAssignment))
  for (const key of changes.unset) checkKey(key)
  if (Object.keys(values).length + changes.unset.length === 0 && !changes.makeDefault) {
    throw new UsageError('nothing to change is named', {
      code: 'option_invalid',
      hint: `Write it like: oauthctl profile set ${profileName} scope="openid email"`,
    })
  }
  let isNew = false
  await profiles.update(profileName, (current, file) => {
    isNew = current === undefined
    if (!current && Object.keys(values).length === 0) throw unknownProfile(profileName, file)
    const profile: Record<string, unknown> = { ...current, ...values }
    for (const key of changes.unset) delete profile[key]
    return { profile, ...(changes.makeDefault ? { defaultProfile: profileName } : {}) }
  })
  const changed = profiles.load().profiles[profileName] ?? {}
  if (output.json) output.document(showableProfile(profileName, changed))
  else output.note(`${isNew ? 'Made' : 'Changed'} profile ${profileName}`)
}

/** Removes the chosen profile; a session must be ended first, else nobody could end it any more. */
export async function removeProfile(context: Context): Promise<void> {
  const { profileName, profileFile, profiles, output } = context
  if (!profileFile.profiles[profileName]) throw unknownProfile(profileName, profileFile)
  if (ownSessions(context).some(({ profile }) => profile === profileName)) {
    throw new UsageError(`somebody is logged in to profile "${profileName}"`, {
      code: 'profile_in_use',
      hint: `Log out first: oauthctl logout ${profileName}`,
    })
  }
  await profiles.update(profileName, () => ({ profile: undefined }))
  await forgetClientSecret(context)
  if (output.json) output.document({ removed: profileName })
  else output.note(`Removed profile ${profileName}`)
}

function readAssignment(text: string): [string, unknown] {
  const split = text.indexOf('=')
  const key = text.slice(0, split)
  if (split < 1) {
    throw new UsageError(`"${text}" is not KEY=VALUE`, {
      code: 'option_invalid',
      hint: 'Write it like: oauthctl profile set work client_id=cli',
    })
  }
  const name = checkKey(key)
  const value = text.slice(split + 1)
  checkValue(name, value)
  return [name, fromText(name, value, key)]
}

// What a login would refuse is refused here, where it is easier to mend.
function checkValue(name: SettingName, value: string): void {
  const { kind } = SETTINGS[name]
  if (kind === 'secret') parseSecretReference(value, name)
  if (value === '' && name !== 'scope') {
    throw new UsageError(`${name} has no value`, {
      code: 'option_invalid',
      hint: `Write it like: ${name}=VALUE; to take it out: --unset ${name}`,
    })
  }
  if (name === 'issuer') checkIssuer(value)
  // Plain http may be allowed for a run with --allow-http.
  else if (ENDPOINT_NAMES.includes(name)) checkSecureUrl(value, () => {})
}

function checkKey(key: string): SettingName {
  const name = SETTING_NAMES.find((one) => one === key)
  if (name && SETTINGS[name].profile) return name
  const known = profileSettings()
  const similar = nearest(key, known)
  throw new UsageError(`"${key}" is not a setting of a profile`, {
    code: 'option_invalid',
    hint: similar ? `Did you mean ${similar}?` : `Known settings: ${known.join(', ')}`,
  })
}
