import { SETTINGS, SETTING_NAMES } from '../config/settings.ts'
import type { Context } from '../context.ts'
import { RefusedError } from '../errors/families.ts'
import type { CodeGrant } from '../protocol/authorization-code.ts'
import type { Server } from '../protocol/server.ts'
import { keepClientSecret, type ClientSecret } from '../sessions/client-secret.ts'
import type { Keeper } from '../sessions/keeper.ts'
import { storedToken } from '../sessions/merge.ts'
import type { SessionRecord } from '../sessions/record.ts'
import { loginCommand } from '../sessions/open-session.ts'

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
  const username = text(claims?.['preferred_username']) ?? text(claims?.['email'])
  return {
    revision: '',
    profile: context.profileName,
    clientId: values.client_id ?? '',
    scope: token.scope,
    tokens: [token],
    ...(server.issuer === undefined ? {} : { issuer: server.issuer }),
    ...(server.metadata.token_endpoint ? { tokenEndpoint: server.metadata.token_endpoint } : {}),
    ...(claims ? { sub: claims.sub } : {}),
    ...(username === undefined ? {} : { username }),
    ...(grant.refreshToken === undefined ? {} : { refreshToken: grant.refreshToken }),
    ...(grant.idToken === undefined ? {} : { idToken: grant.idToken }),
  }
}

/** Stops when somebody else logged in than the session belongs to, unless that is what is wanted. */
export function checkSameAccount(
  context: Context,
  known: { sub?: string; username?: string } | undefined,
  record: SessionRecord,
): void {
  if (known?.sub === undefined || record.sub === undefined || known.sub === record.sub) return
  const name = (one: { sub?: string; username?: string }): string => one.username ?? one.sub ?? ''
  throw new RefusedError(
    `another account logged in: ${name(record)}; the session belongs to ${name(known)}`,
    {
      code: 'account_changed',
      hint: `Nothing was stored. To change the account: ${loginCommand(context)} --switch-account`,
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
    const saved = await context.interruption.shield(() => keeper.save(record))
    keeper.journal.settle(keeper.id)
    return saved
  } finally {
    release()
  }
}

/**
 * Writes what the login was made with into the profile: everything that options and variables gave,
 * but never what belongs to one run only. A secret that cannot be looked up again is stored first.
 */
export async function saveProfile(
  context: Context,
  clientSecret: ClientSecret | undefined,
): Promise<void> {
  const { settings, profiles, profileName } = context
  const changes: Record<string, unknown> = {}
  for (const name of SETTING_NAMES) {
    const origin = settings.origins[name]
    const value = settings.values[name]
    if (!('saved' in SETTINGS[name]) || value === undefined) continue
    if (SETTINGS[name].kind === 'secret') continue
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

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
