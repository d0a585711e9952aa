import { storedName } from '../config/paths.ts'
import {
  isLasting,
  parseSecretReference,
  type SecretReference,
} from '../config/secret-reference.ts'
import { lookUpSecret, type SecretSources } from '../config/secret-value.ts'
import type { Context } from '../context.ts'
import { storeKind } from './open-session.ts'

export interface ClientSecret {
  value: string
  /** How a profile can name it; undefined when it has to be stored first. */
  reference: string | undefined
}

/** The client secret of this run, from wherever its reference or its variable says; or none. */
export async function findClientSecret(context: Context): Promise<ClientSecret | undefined> {
  const given = context.settings.values.client_secret
  if (given === undefined) return undefined
  if (context.settings.origins.client_secret === 'variable') {
    context.redactor.learn(given)
    return { value: given, reference: undefined }
  }
  const isOption = context.settings.origins.client_secret === 'option'
  const reference = parseSecretReference(given, isOption ? '--client-secret' : '"client_secret"')
  const value = await lookUpSecret(reference, 'client secret', sources(context))
  context.redactor.learn(value)
  return { value, reference: isLasting(reference) ? written(reference) : undefined }
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
  const store = context.openStore(storeKind(context))
  if (store.kind === 'none') return undefined
  await store.write(secretEntry(context, name), value)
  return `keychain:${name}`
}

function secretEntry(context: Context, name: string): string {
  return `secret:${storedName(name, context.paths)}`
}

function sources(context: Context): SecretSources {
  const { env, platform, prompter, output } = context
  return {
    env,
    platform,
    readStdin: context.readStdin,
    prompt: (question) => prompter.secret(question),
    runShell: context.runShell,
    readStored: (name) => context.openStore(storeKind(context)).read(secretEntry(context, name)),
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
