import { storedName } from '../config/paths.ts'
import type { Context } from '../context.ts'
import { UsageError } from '../errors/families.ts'
import type { LockOwner } from '../ports/lock.ts'
import type { StoreKind } from '../ports/secret-store.ts'
import { profileToName } from './profile-to-name.ts'
import { STORE_KINDS } from '../stores/registry.ts'
import { createKeeper, type Keeper } from './keeper.ts'

/** The store of this run: `--store`, its variable, the profile, else the keychain. */
export function storeKind({ settings }: Context): StoreKind {
  const wanted = settings.values.store ?? 'keychain'
  const kind = STORE_KINDS.find((one) => one === wanted)
  if (kind) return kind
  const spelling = { option: '--store ', variable: 'OAUTHCTL_STORE=', profile: 'store=' }[
    settings.origins.store ?? 'option'
  ]
  throw new UsageError(`there is no store "${wanted}"`, {
    code: 'store_unknown',
    hint: `Use one of: ${STORE_KINDS.map((one) => `${spelling}${one}`).join(', ')}`,
  })
}

/** The session of the chosen profile in its store. Touches neither before it is asked to. */
export function openSession(context: Context): Keeper {
  return openKeeper(context, storedName(context.profileName, context.paths))
}

/** An entry of the same kind under another name, such as a cached token. */
export function openKeeper(context: Context, id: string): Keeper {
  const { output, redactor } = context
  return createKeeper({
    id,
    store: context.openStore(storeKind(context)),
    index: context.index,
    journal: context.journal,
    locks: context.locks,
    clock: context.clock,
    random: context.random,
    signal: context.interruption.signal,
    onWait: waitingNote(context),
    warn: output.warn,
    learn: redactor.learn,
  })
}

/** Tells the person that a lock is waited for. */
export function waitingNote({ output }: Context): (owner: LockOwner | undefined) => void {
  return (owner) => {
    output.note(`Waiting for another oauthctl${owner ? ` (process ${owner.pid})` : ''} …`)
  }
}

/** The command that logs in to the chosen profile, for hints. */
export function loginCommand(context: Context): string {
  const profile = profileToName(context)
  return profile === undefined ? 'oauthctl login' : `oauthctl login ${profile}`
}
