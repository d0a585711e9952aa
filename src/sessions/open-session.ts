import { storedName } from '../config/paths.ts'
import type { Context } from '../context.ts'
import { UsageError } from '../errors/families.ts'
import type { StoreKind } from '../ports/secret-store.ts'
import { STORE_KINDS } from '../stores/registry.ts'
import { createKeeper, type Keeper } from './keeper.ts'

/** The store of this run: `--store`, its variable, the profile, else the keychain. */
export function storeKind({ settings }: Context): StoreKind {
  const wanted = settings.values.store ?? 'keychain'
  const kind = STORE_KINDS.find((one) => one === wanted)
  if (kind) return kind
  throw new UsageError(`there is no store "${wanted}"`, {
    code: 'store_unknown',
    hint: `Use one of: ${STORE_KINDS.map((one) => `--store ${one}`).join(', ')}`,
  })
}

/** The session of the chosen profile in its store. Touches neither before it is asked to. */
export function openSession(context: Context): Keeper {
  const { output, redactor } = context
  return createKeeper({
    id: storedName(context.profileName, context.paths),
    store: context.openStore(storeKind(context)),
    index: context.index,
    journal: context.journal,
    locks: context.locks,
    clock: context.clock,
    random: context.random,
    signal: context.interruption.signal,
    onWait: (owner) => {
      output.note(`Waiting for another oauthctl${owner ? ` (process ${owner.pid})` : ''} …`)
    },
    warn: output.warn,
    learn: redactor.learn,
  })
}

/** The command that logs in to the chosen profile, for hints. */
export function loginCommand({ profileName, profileNamed, profileFile }: Context): string {
  const standard = profileFile.defaultProfile ?? 'default'
  return profileNamed || profileName !== standard
    ? `oauthctl login ${profileName}`
    : 'oauthctl login'
}
