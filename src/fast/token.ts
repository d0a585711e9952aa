// Answers `oauthctl token` from the stored session while its token is fresh, with as little code as
// that takes: no option parser, no prompts, no HTTP client. Everything else, every doubt and every
// error is left to the whole program, which starts from the same rules.
import { findPaths, storedName } from '../config/paths.ts'
import { chooseProfile } from '../config/profile-choice.ts'
import { parseProfileFile } from '../config/profile-file.ts'
import { resolveSettings, type ResolvedSettings } from '../config/resolve-settings.ts'
import { flag } from '../config/setting-values.ts'
import { readPrivateFile } from '../files/private-files.ts'
import { formatToken } from '../output/token-formats.ts'
import { chooseToken } from '../sessions/choose-token.ts'
import { checkSessionBinding } from '../sessions/binding.ts'
import { isFresh } from '../sessions/freshness.ts'
import { decodeRecord } from '../sessions/record.ts'
import { readFileStoreSync } from '../stores/file.ts'
import type { FirstRead } from '../stores/first-read.ts'
import { readKeychainSync } from '../stores/keychain-sync.ts'
import { indexFolder, KEYCHAIN_SERVICE, sealedFolder, sessionsFolder } from '../stores/places.ts'
import { createSessionIndex } from '../stores/session-index.ts'
import { readStoreKey } from '../stores/store-key.ts'
import { readFastArguments } from './arguments.ts'

export interface FastInputs {
  argv: string[]
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
  cwd: string
  /** Epoch ms. */
  now: number
}

export type FastAnswer = { text: string } | { firstRead: FirstRead | undefined }

// What these say changes which token is meant, or who may have it.
const SELECTING = ['SCOPE', 'RESOURCE', 'AUDIENCE', 'JSON', 'VERBOSE', 'ENV', 'OUTPUT']

/** The token in its format, without the last line break, or what the whole program may start from. */
export function fastToken(inputs: FastInputs): FastAnswer {
  const nothing = { firstRead: undefined }
  const { env, platform, now } = inputs
  const given = readFastArguments(inputs.argv)
  if (!given || SELECTING.some((name) => env[`OAUTHCTL_${name}`])) return nothing
  // They change nothing here, but a wrong value is told all the same.
  for (const name of ['OAUTHCTL_QUIET', 'OAUTHCTL_NO_INPUT']) flag(env[name] ?? '', name)
  const config = given.config ?? env['OAUTHCTL_CONFIG']
  const paths = findPaths({ env, platform, cwd: inputs.cwd, config })
  const { configFile, stateFolder } = paths
  if (stateFolder === undefined) return nothing
  const file = parseProfileFile(configFile && readPrivateFile(configFile), configFile ?? '')
  const wish = { positional: given.positional, option: given.profile, env }
  const chosen = chooseProfile(file, wish)
  const settings = resolveSettings({
    options: {
      ...(given.store === undefined ? {} : { store: given.store }),
      ...(given.minTtl === undefined ? {} : { min_ttl: given.minTtl }),
    },
    env,
    profile: chosen.profile,
    profileName: chosen.name,
  })
  const { values } = settings
  const name = storedName(chosen.name, paths)
  const kind = values.store ?? 'keychain'
  const summary = createSessionIndex({ folder: indexFolder(stateFolder) }).read(name)
  if (!summary || !isFresh(summary, now, values.min_ttl)) return nothing
  if (kind !== 'file' && kind !== 'keychain') return nothing
  // A profile of a machine has no session; what the index knows is from an earlier life.
  if (values.grant_type !== undefined && values.grant_type !== 'authorization_code') return nothing
  const firstRead = readOnce(inputs, kind, name, stateFolder)
  const text = 'text' in firstRead.outcome ? firstRead.outcome.text : undefined
  return text === undefined
    ? { firstRead }
    : (print(inputs, text, settings, given.format, name) ?? { firstRead })
}

function readOnce(
  { env, platform }: FastInputs,
  kind: 'file' | 'keychain',
  name: string,
  stateFolder: string,
): FirstRead {
  try {
    const text =
      kind === 'file'
        ? readFileStoreSync(
            { folder: sessionsFolder(stateFolder), key: () => readStoreKey(env) },
            name,
          )
        : readKeychainSync({
            platform,
            service: KEYCHAIN_SERVICE,
            name,
            sealedFolder: sealedFolder(stateFolder),
          })
    return { kind, name, outcome: { text } }
  } catch (failure) {
    return { kind, name, outcome: { failure } }
  }
}

function print(
  { env, now }: FastInputs,
  text: string,
  settings: ResolvedSettings,
  format: string,
  name: string,
): { text: string } | undefined {
  try {
    const record = decodeRecord(text, name)
    checkSessionBinding(record, settings, '')
    const token = chooseToken(record, {})
    if (!token || !isFresh(token, now, settings.values.min_ttl)) return undefined
    const printed = formatToken(
      format,
      {
        member: 'access_token',
        token: token.accessToken,
        tokenType: token.tokenType,
        expiresAt: token.expiresAt,
        scope: token.scope,
        issuer: record.issuer,
        clientId: record.clientId,
        profile: record.profile,
        resource: token.resource,
        audience: token.audience,
      },
      { env, variable: undefined, append: () => {} },
    )
    return printed === undefined ? undefined : { text: printed }
  } catch {
    return undefined
  }
}
