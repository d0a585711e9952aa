import { isLasting, parseSecretReference } from '../config/secret-reference.ts'
import { SETTINGS, SETTING_NAMES, type SettingName } from '../config/settings.ts'
import type { Context } from '../context.ts'
import { RefusedError } from '../errors/families.ts'
import type { StoreKind } from '../ports/secret-store.ts'
import type { CodeGrant } from '../protocol/authorization-code.ts'
import { givenEndpoints, type Server } from '../protocol/server.ts'
import { keepClientSecret, type FoundSecret } from '../sessions/client-secret.ts'
import type { Keeper } from '../sessions/keeper.ts'
import { storedToken } from '../sessions/merge.ts'
import type { SessionRecord } from '../sessions/record.ts'
import { loginAgain } from './again.ts'

/** The session that a login makes. `requested` is the scope that was asked for. */
export function newRecord(
  context: Context,
  server: Server,
  grant: CodeGrant,
  requested: string | undefined,
): SessionRecord {
  const { values } = context.settings
  const asked = { resource: values.resource, audience: values.audience }
  const token = { ...storedToken(grant, asked, requested ?? ''), selector: '' }
  const { claims } = grant
  const endpoints = givenEndpoints(values) as Record<string, string>
  const username = text(claims?.['preferred_username']) ?? text(claims?.['email'])
  return {
    revision: '',
    profile: context.profileName,
    clientId: values.client_id ?? '',
    scope: token.scope,
    tokens: [token],
    ...(server.issuer === undefined ? {} : { issuer: server.issuer }),
    ...(server.metadata.token_endpoint ? { tokenEndpoint: server.metadata.token_endpoint } : {}),
    ...(Object.keys(endpoints).length > 0 ? { endpoints } : {}),
    ...(requested === undefined ? {} : { requestedScope: requested }),
    ...(claims ? { sub: claims.sub } : {}),
    ...(username === undefined ? {} : { username }),
    ...(grant.refreshToken === undefined ? {} : { refreshToken: grant.refreshToken }),
    ...(grant.idToken === undefined ? {} : { idToken: grant.idToken }),
  }
}

/** Stops when somebody else logged in than the session belongs to, unless that is what is wanted. */
export function checkSameAccount(
  context: Context,
  known: { issuer?: string; sub?: string; username?: string } | undefined,
  record: SessionRecord,
): void {
  if (known?.sub === undefined || record.sub === undefined || known.sub === record.sub) return
  // A subject means something to its own issuer alone, and another one was chosen before.
  if (known.issuer !== record.issuer) return
  const name = (one: { sub?: string; username?: string }): string => one.username ?? one.sub ?? ''
  throw new RefusedError(
    `another account logged in: ${name(record)}; the session belongs to ${name(known)}`,
    {
      code: 'account_changed',
      hint: `Nothing was stored. To change the account, ${loginAgain(context, '--switch-account')}`,
    },
  )
}

/** Stores the session under its lock, which is held for this alone, never while somebody logs in. */
export async function saveSession(
  context: Context,
  keeper: Keeper,
  record: SessionRecord,
): Promise<SessionRecord> {
  if (keeper.storeKind === 'none') return keeper.save(record)
  const release = await keeper.lock()
  try {
    const former = keeper.summary()?.store
    const saved = await context.interruption.shield(() => keeper.save(record))
    keeper.journal.settle(keeper.id)
    if (former !== undefined && former !== keeper.storeKind) {
      await leaveStore(context, former, keeper.id)
    }
    return saved
  } finally {
    release()
  }
}

/** A session that moves to another store leaves no tokens behind in the former one. */
async function leaveStore(context: Context, former: StoreKind, id: string): Promise<void> {
  try {
    await context.openStore(former).remove(id)
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown reason'
    const command = `oauthctl logout ${context.profileName} --local --store ${former}`
    context.output.warn(
      `the former session could not be removed from the store "${former}": ${why}; remove it with: ${command}`,
    )
  }
}

/**
 * Writes what the login was made with into the profile: everything that options and variables gave,
 * but never what belongs to one run only. A secret that cannot be looked up again is stored first.
 */
export async function saveProfile(
  context: Context,
  clientSecret: FoundSecret | undefined,
): Promise<void> {
  const { settings, profiles, profileName } = context
  const changes: Record<string, unknown> = {}
  for (const name of SETTING_NAMES) {
    const origin = settings.origins[name]
    const value = settings.values[name]
    if (!('saved' in SETTINGS[name]) || value === undefined) continue
    // Only a reference that can be looked up again; the client secret has its own rule below.
    if (SETTINGS[name].kind === 'secret' && !isKept(name, String(value))) continue
    if (origin === 'option' || origin === 'variable') changes[name] = value
  }
  if (clientSecret && settings.origins.client_secret !== 'profile') {
    const reference =
      clientSecret.reference ?? (await keepClientSecret(context, clientSecret.value))
    if (reference !== undefined) changes['client_secret'] = reference
  }
  await profiles.update(profileName, (current, file) => {
    const isFirst = Object.keys(file.profiles).length === 0 && file.defaultProfile === undefined
    return {
      profile: { ...current, ...changes },
      ...(isFirst ? { defaultProfile: profileName } : {}),
    }
  })
}

function isKept(name: SettingName, reference: string): boolean {
  return name !== 'client_secret' && isLasting(parseSecretReference(reference, name))
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
