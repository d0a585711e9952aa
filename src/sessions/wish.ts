import type { Context } from '../context.ts'
import { unknownProfile } from '../config/profile-choice.ts'
import { UsageError } from '../errors/families.ts'
import type { TokenWish } from './access-token.ts'
import { checkSessionBinding } from './binding.ts'
import type { FullConnection } from './connect.ts'
import type { Keeper } from './keeper.ts'
import { otherSessions } from './list.ts'
import { loginCommand, openSession } from './open-session.ts'
import type { SessionRecord } from './record.ts'
import type { TokenSelector } from './selector.ts'

/**
 * The session of the chosen profile. An unknown profile without a session is a mistake in its name,
 * and without a store there is a session only after a login in the same run (`loginFollows`).
 */
export function existingSession(context: Context, loginFollows = false): Keeper {
  const keeper = openSession(context)
  if (context.profileNamed && !context.profileExists && !loginFollows && !keeper.summary()) {
    throw unknownProfile(context.profileName, context.profileFile)
  }
  if (keeper.storeKind === 'none' && !loginFollows) {
    throw new UsageError('with --store none there is no session to use', {
      code: 'store_none',
      hint: 'Leave --store out, or get a token without a session: oauthctl token --login --store none',
    })
  }
  return keeper
}

/** What the command line asks of a token. Only options and variables select; a profile's scope is what the login asked for. */
export function selectorOf({ settings }: Context): TokenSelector {
  const { values, origins } = settings
  const asked = <T>(origin: string | undefined, value: T): T | undefined =>
    origin === 'option' || origin === 'variable' ? value : undefined
  return {
    scope: asked(origins.scope, values.scope),
    resource: asked(origins.resource, values.resource),
    audience: asked(origins.audience, values.audience),
  }
}

/** A wish for a token of this session, with everything that fulfilling it can need. */
export function tokenWish(context: Context, keeper: Keeper): TokenWish {
  const command = loginCommand(context)
  let bound: SessionRecord | undefined
  let connection: Promise<FullConnection> | undefined
  return {
    keeper,
    clock: context.clock,
    selector: selectorOf(context),
    minTtl: context.settings.values.min_ttl,
    checkBinding(record) {
      checkSessionBinding(record, context.settings, command)
      bound = record
    },
    // Once, because a secret may come from standard input or cost the person an answer.
    connect: () =>
      (connection ??= context
        .online()
        .then(({ connect }) => connect(context, bound ? { bound } : {}))),
    renew: async (renewal) => (await context.online()).renew(renewal),
    warn: context.output.warn,
    shield: context.interruption.shield,
    loginCommand: command,
    others: () => otherSessions(context),
  }
}
