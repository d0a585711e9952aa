import type { Context } from '../context.ts'

/** The profile as a command in a hint has to name it; undefined for the default one that was not named. */
export function profileToName({
  profileName,
  profileNamed,
  profileFile,
}: Pick<Context, 'profileName' | 'profileNamed' | 'profileFile'>): string | undefined {
  const standard = profileFile.defaultProfile ?? 'default'
  return profileNamed || profileName !== standard ? profileName : undefined
}
