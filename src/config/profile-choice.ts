import { UsageError } from '../errors/families.ts'
import { checkProfileName, type ProfileFile } from './profile-file.ts'

export interface ChosenProfile {
  name: string
  /** The profile's members; undefined when the file has no such profile. */
  profile: Record<string, unknown> | undefined
  /** True when the user named it, false for the default. */
  named: boolean
}

export interface ProfileWish {
  positional?: string | undefined
  option?: string | undefined
  env: Record<string, string | undefined>
}

/**
 * Which profile: the positional argument, `--profile`, `OAUTHCTL_PROFILE`, the file's
 * `default_profile`, else `default`.
 */
export function chooseProfile(file: ProfileFile, wish: ProfileWish): ChosenProfile {
  if (wish.positional && wish.option && wish.positional !== wish.option) {
    throw new UsageError(
      `two profiles are named: "${wish.positional}" and --profile "${wish.option}"`,
      { code: 'option_invalid', hint: 'Name one of them' },
    )
  }
  const wanted = wish.positional ?? wish.option ?? (wish.env['OAUTHCTL_PROFILE'] || undefined)
  const name = wanted ?? file.defaultProfile ?? 'default'
  checkProfileName(name)
  const profile = Object.hasOwn(file.profiles, name) ? file.profiles[name] : undefined
  return { name, profile, named: wanted !== undefined }
}

/** The error for a profile that the file does not have, with the nearest names that it has. */
export function unknownProfile(name: string, file: ProfileFile): UsageError {
  const known = Object.keys(file.profiles)
  return new UsageError(`there is no profile "${name}"`, {
    code: 'profile_not_found',
    hint: known.length
      ? `Known profiles: ${known.join(', ')}. To make a new one: oauthctl login ${name} --issuer URL --client-id ID`
      : `Make it with: oauthctl login ${name} --issuer URL --client-id ID`,
  })
}
