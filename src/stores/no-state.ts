import { StoreError } from '../errors/families.ts'
import type { HeldLocks } from '../lock/locks.ts'
import type { RefreshJournal } from './refresh-journal.ts'
import type { SessionIndex } from './session-index.ts'

// What stands in for the state folder where nothing says where it could be (no HOME): commands that
// need no state work, all others say what to set.

/** The error of a command that needs a state folder. */
export function unplacedState(): StoreError {
  return new StoreError('there is no place for sessions, because HOME is not set', {
    code: 'state_unplaced',
    hint: 'Set HOME or OAUTHCTL_STATE_DIR, or use --store none',
  })
}

function refuse(): never {
  throw unplacedState()
}

export const NO_LOCKS: HeldLocks = { acquire: async () => refuse(), releaseAll: () => {} }

export const NO_INDEX: SessionIndex = {
  read: () => undefined,
  write: refuse,
  remove: () => false,
  list: () => [],
}

export const NO_JOURNAL: RefreshJournal = {
  begin: refuse,
  attempts: () => 0,
  isExhausted: () => false,
  settle: () => {},
  withdraw: () => {},
}
