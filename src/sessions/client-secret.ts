import {
  isLasting,
  parseSecretReference,
  type SecretReference,
} from '../config/secret-reference.ts'
import { lookUpSecret, type SecretSources } from '../config/secret-value.ts'
import { optionName, SETTINGS, variableName, type SettingName } from '../config/settings.ts'
import type { Context } from '../context.ts'
import { forgetEntry, keepEntry, readEntry, readStoredKey } from './entries.ts'
import { storeKind } from './open-session.ts'

/** A secret that was looked up. */
export interface FoundSecret {
  value: string
  /** How a profile can name it; undefined when it has to be stored first. */
  reference: string | undefined
}

/** Settings whose value is a reference to a secret. */
export type SecretSetting = {
  [N in SettingName]: (typeof SETTINGS)[N]['kind'] extends 'secret' ? N : never
}[SettingName]

const lookUps = new WeakMap<Context, Map<SecretSetting, Promise<FoundSecret | undefined>>>()

/**
 * The secret that a setting refers to, or none; looked up once in a run, because standard input ends
 * and a person is asked but once. `what` names it for people. Throws a `UsageError` that names the
 * place where it should be.
 */
export function findSecret(
  context: Context,
  name: SecretSetting,
  what: string,
): Promise<FoundSecret | undefined> {
  const known = lookUps.get(context) ?? new Map<SecretSetting, Promise<FoundSecret | undefined>>()
  lookUps.set(context, known)
  const found = known.get(name) ?? lookUp(context, name, what)
  known.set(name, found)
  return found
}

async function lookUp(
  context: Context,
  name: SecretSetting,
  what: string,
): Promise<FoundSecret | undefined> {
  const given = context.settings.values[name]
  if (given === undefined) return undefined
  const origin = context.settings.origins[name]
  // `OAUTHCTL_CLIENT_SECRET` holds the secret itself, as CI systems expect.
  if (name === 'client_secret' && origin === 'variable') {
    context.redactor.learn(given)
    return { value: given, reference: undefined }
  }
  const spellings = {
    option: optionName(name),
    variable: variableName(name),
    profile: `"${name}"`,
  }
  const reference = parseSecretReference(given, spellings[origin ?? 'profile'])
  const value = await lookUpSecret(reference, what, secretSources(context, name))
  context.redactor.learn(value)
  return { value, reference: isLasting(reference) ? written(reference) : undefined }
}

/** The client secret of this run, from wherever its reference or its variable says; or none. */
export function findClientSecret(context: Context): Promise<FoundSecret | undefined> {
  return findSecret(context, 'client_secret', 'client secret')
}

/**
 * Stores the secret beside the sessions and gives the reference for the profile. Written under the
 * profile's own name, so that a later login replaces it. Undefined where nothing is stored.
 */
export async function keepClientSecret(
  context: Context,
  value: string,
): Promise<string | undefined> {
  const name = context.profileName
  if (storeKind(context) === 'none') return undefined
  await keepEntry(context, { kind: 'secret', name, text: value })
  return `keychain:${name}`
}

/**
 * Removes the secret that a login has stored for the profile, which is being removed, unless another
 * profile refers to it. A failure is only told, because nothing else depends on it.
 */
export async function forgetClientSecret(context: Context): Promise<void> {
  const { profileName: name, profileFile } = context
  const reference = `keychain:${name}`
  const users = Object.values(profileFile.profiles).filter((profile) =>
    Object.values(profile).includes(reference),
  )
  if (users.length !== 1 || users[0]?.['client_secret'] !== reference) return
  if (users[0] !== profileFile.profiles[name]) return
  try {
    if (storeKind(context) !== 'none') await forgetEntry(context, { kind: 'secret', name })
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown reason'
    context.output.warn(`the client secret of the profile could not be removed: ${why}`)
  }
}

/** Where references are looked up. `setting` tells what `keychain:NAME` means. */
export function secretSources(context: Context, setting?: SecretSetting): SecretSources {
  const { env, platform, prompter, output } = context
  return {
    env,
    platform,
    readStdin: context.readStdin,
    prompt: (question) => prompter.secret(question),
    runShell: context.runShell,
    readStored: (name) =>
      setting === 'client_key'
        ? readStoredKey(context, name)
        : readEntry(context, { kind: 'secret', name }),
    warn: output.warn,
  }
}

function written(reference: SecretReference): string {
  switch (reference.kind) {
    case 'env':
    case 'keychain':
      return `${reference.kind}:${reference.name}`
    case 'file':
      return `file:${reference.path}`
    case 'cmd':
      return `cmd:${reference.command}`
    default:
      throw new Error(`${reference.kind} cannot be used twice`)
  }
}
