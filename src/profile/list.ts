import { unknownProfile } from '../config/profile-choice.ts'
import { showableProfile } from '../config/showable-profile.ts'
import type { Context } from '../context.ts'
import { table } from '../output/table.ts'

/** Lists the profiles of the file. */
export function listProfiles({ output, profileFile }: Context): void {
  const profiles = Object.fromEntries(
    Object.entries(profileFile.profiles).map(([name, one]) => [name, showableProfile(name, one)]),
  )
  const standard = profileFile.defaultProfile ?? 'default'
  const names = Object.keys(profiles).toSorted()
  if (output.json) {
    output.document({
      default_profile: profileFile.defaultProfile,
      profiles: names.map((name) => ({ name, ...profiles[name] })),
    })
    return
  }
  if (names.length === 0) {
    output.note('There is no profile. Make one: oauthctl login NAME --issuer URL --client-id ID')
    return
  }
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  const rows = names.map((name) => [
    name === standard ? `${name} (default)` : name,
    text(profiles[name]?.['issuer']) || text(profiles[name]?.['token_endpoint']),
    text(profiles[name]?.['client_id']),
  ])
  output.result(table(['profile', 'issuer', 'client'], rows, output.width))
}

/** Shows one profile as it stands in the file. */
export function showProfile({ output, profileFile, profileName }: Context): void {
  const profile = profileFile.profiles[profileName]
  if (!profile) throw unknownProfile(profileName, profileFile)
  output.document(showableProfile(profileName, profile))
}
