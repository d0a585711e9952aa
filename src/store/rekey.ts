import { parseSecretReference, type SecretReference } from '../config/secret-reference.ts'
import { lookUpSecret } from '../config/secret-value.ts'
import type { Context } from '../context.ts'
import { UsageError } from '../errors/families.ts'
import { secretSources } from '../sessions/client-secret.ts'
import { waitingNote } from '../sessions/open-session.ts'
import { keyId } from '../stores/jwe.ts'
import { unplacedState } from '../stores/no-state.ts'
import { sessionsFolder } from '../stores/places.ts'
import { rekeyFiles } from '../stores/rekey.ts'
import { decodeStoreKey, readStoreKey } from '../stores/store-key.ts'

const VARIABLE = 'OAUTHCTL_STORE_NEW_KEY'
const MAKE_ONE =
  'Make one and name it: (umask 077; openssl rand -base64 32 > new.key); oauthctl store rekey --new-key file:new.key'

/**
 * Moves everything in the file store from the key in use to a new one, which the option or
 * `OAUTHCTL_STORE_NEW_KEY` refers to. Tells what to change afterwards.
 */
export async function rekeyStore(context: Context, option: string | undefined): Promise<void> {
  const { env, paths, output, random, locks, interruption } = context
  if (!paths.stateFolder) throw unplacedState()
  refuseOtherStore(context)
  const reference = newKeyReference(option, env)
  const from = readStoreKey(env)
  const to = await newKey(context, reference)
  const keys = { key_id: keyId(to), previous_key_id: keyId(from) }
  if (keys.key_id === keys.previous_key_id) {
    throw new UsageError('the new key is the key that is in use', {
      code: 'store_key_same',
      hint: MAKE_ONE,
    })
  }
  const { moved, already } = await rekeyFiles({
    folder: sessionsFolder(paths.stateFolder),
    from,
    to,
    random,
    locks,
    waiting: { signal: interruption.signal, onWait: waitingNote(context) },
  })
  if (output.json) {
    output.document({ moved: moved.length, already_moved: already.length, ...keys })
    return
  }
  const before = already.length === 0 ? '' : ` (${already.length} had been moved before)`
  output.note(
    `Moved ${moved.length} entries from the key ${keys.previous_key_id} to ${keys.key_id}${before}`,
  )
  output.note(nextStep(reference, env))
}

function refuseOtherStore({ settings }: Context): void {
  const { store } = settings.values
  if (settings.origins.store !== 'option' || store === 'file') return
  throw new UsageError('only the file store has a key that can be changed', {
    code: 'store_has_no_key',
    hint: 'Leave --store away, or use --store file',
  })
}

function newKeyReference(option: string | undefined, env: Context['env']): SecretReference {
  const given = option ?? (env[VARIABLE] || undefined)
  if (given === undefined) {
    throw new UsageError('no new key is named', { code: 'new_key_missing', hint: MAKE_ONE })
  }
  const reference = parseSecretReference(given, option === undefined ? VARIABLE : '--new-key')
  if (reference.kind !== 'keychain') return reference
  // With the file store it would lie in the very files that it is the key of.
  throw new UsageError('the key of the store cannot lie in a store', {
    code: 'new_key_invalid',
    hint: MAKE_ONE,
  })
}

async function newKey(context: Context, reference: SecretReference): Promise<Uint8Array> {
  const text = await lookUpSecret(reference, 'new store key', secretSources(context))
  context.redactor.learn(text)
  return new Uint8Array(decodeStoreKey(text, 'the new store key'))
}

/** The place of the present key decides where the new one has to go. */
function nextStep(reference: SecretReference, env: Context['env']): string {
  const file = env['OAUTHCTL_STORE_KEY_FILE']
  const next =
    reference.kind === 'file'
      ? `set OAUTHCTL_STORE_KEY_FILE to ${reference.path}${env['OAUTHCTL_STORE_KEY'] ? ' and unset OAUTHCTL_STORE_KEY' : ''}`
      : env['OAUTHCTL_STORE_KEY']
        ? `set OAUTHCTL_STORE_KEY to the new key${file ? ' and unset OAUTHCTL_STORE_KEY_FILE' : ''}`
        : `put the new key into ${file}`
  return `Now ${next}, wherever oauthctl uses this state folder; the old key opens nothing any more`
}
