import {
  LoginRequiredError,
  MachineFault,
  ServerError,
  StoreError,
  type OauthctlError,
} from '../errors/families.ts'
import type { Clock } from '../ports/clock.ts'
import type { Interruption } from '../ports/interruption.ts'
import { chooseToken, ownSelector } from './choose-token.ts'
import { isAlive, isFresh, type Lifetime } from './freshness.ts'
import type { Keeper } from './keeper.ts'
import type { SessionRecord, StoredToken } from './record.ts'
import type { Connection, Renewal, Renewed } from './renew.ts'
import { selectorKey, type TokenSelector } from './selector.ts'

export interface TokenWish {
  keeper: Keeper
  clock: Clock
  selector: TokenSelector
  /** Seconds that must be left; undefined for the default. */
  minTtl: number | undefined
  /** Throws when the session belongs to another server or client than the command. */
  checkBinding: (record: SessionRecord) => void
  connect: () => Promise<Connection>
  /** `renew` of renew.ts, loaded only when a request is needed. */
  renew: (renewal: Renewal) => Promise<Renewed>
  warn: (text: string) => void
  shield: Interruption['shield']
  loginCommand: string
  /** Profiles that somebody is logged in to, where none was named. */
  others?: () => string[]
}

export interface Obtained {
  record: SessionRecord
  token: StoredToken
}

/**
 * A valid access token of a session: the stored one while it is fresh, else one refresh, however many
 * processes ask at once. The store is read once: without the lock when the index says that the token
 * is fresh, else under the lock, where another process may just have renewed it.
 */
export async function obtainToken(wish: TokenWish): Promise<Obtained> {
  const { keeper } = wish
  const summary = keeper.summary()
  const isOwn = selectorKey(wish.selector) === ''
  let known: SessionRecord | undefined
  if (!summary || !isOwn || isFresh(summary, wish.clock.now(), wish.minTtl)) {
    known = await loadSession(wish)
    const found = freshToken(wish, known)
    if (found) return found
  }
  const seen = known ? chooseToken(known, wish.selector) : summary
  let kept: Obtained | undefined
  let locked = false
  try {
    const release = await keeper.lock()
    locked = true
    try {
      const record = await loadSession(wish, known)
      const found = freshToken(wish, record) ?? newerToken(wish, record, seen)
      if (found) return found
      kept = stillAlive(wish, record)
      return await renewed(wish, record)
    } finally {
      release()
    }
  } catch (error) {
    // Where the lock cannot be had, as on a full disk, the stored token may be good all the same.
    if (!locked && isPassing(error)) kept = stillAlive(wish, known ?? (await loadSession(wish)))
    return fallBack(wish, kept, error)
  }
}

async function renewed(wish: TokenWish, record: SessionRecord): Promise<Obtained> {
  const { keeper, connect, renew, shield, loginCommand } = wish
  const selector = ownSelector(record, wish.selector)
  const findFresh = (found: SessionRecord): Obtained | undefined => freshToken(wish, found)
  const result = await renew({
    keeper,
    record,
    selector,
    findFresh,
    connect,
    shield,
    loginCommand,
  })
  if (!isFresh(result.token, wish.clock.now(), wish.minTtl)) warnOfShortLife(wish)
  return result
}

/**
 * The token that another process got while this one waited for the lock: what the server gives out
 * now, so that asking it once more would bring nothing better. `seen` is the token as it was before.
 */
function newerToken(
  wish: TokenWish,
  record: SessionRecord,
  seen: Lifetime | undefined,
): Obtained | undefined {
  const found = stillAlive(wish, record)
  if (!found || found.token.obtainedAt === seen?.obtainedAt) return undefined
  warnOfShortLife(wish)
  return found
}

function warnOfShortLife({ warn }: TokenWish): void {
  warn('the server gives out tokens that live shorter than --min-ttl asks for')
}

/** A passing failure of the refresh does not matter while the stored token is still good. */
function fallBack(wish: TokenWish, kept: Obtained | undefined, error: unknown): Obtained {
  if (!kept || !isPassing(error)) throw error
  const why = error.message.replace(/^the refresh: /, '')
  wish.warn(`the token could not be refreshed (${why}); the stored one is still valid`)
  return kept
}

// What happened before anything was sent is passing too; `save_failed` is not, because by then the
// server has already replaced the refresh token.
export function isPassing(error: unknown): error is OauthctlError {
  if (error instanceof ServerError) return error.retryable
  if (error instanceof StoreError || error instanceof MachineFault) {
    return error.code !== 'save_failed'
  }
  return false
}

/**
 * The stored session, checked to belong to this run's server and client; throws when nobody is
 * logged in. `known` is what was read before the lock was had.
 */
export async function loadSession(wish: TokenWish, known?: SessionRecord): Promise<SessionRecord> {
  const record = await wish.keeper.load(known)
  if (!record) throw noSession(wish.loginCommand, wish.others?.())
  wish.checkBinding(record)
  return record
}

/** The error for a command that needs a session where there is none; `others` could be meant. */
export function noSession(loginCommand: string, others: string[] = []): LoginRequiredError {
  const [first] = others
  if (first !== undefined) {
    return new LoginRequiredError('no profile is named, and there is no default one', {
      code: 'no_session',
      hint: `Name one (${others.join(', ')}), as in: oauthctl token ${first}`,
    })
  }
  return new LoginRequiredError('nobody is logged in', {
    code: 'no_session',
    hint: `Log in: ${loginCommand}`,
  })
}

function freshToken(wish: TokenWish, record: SessionRecord): Obtained | undefined {
  const token = chooseToken(record, wish.selector)
  return token && isFresh(token, wish.clock.now(), wish.minTtl) ? { record, token } : undefined
}

function stillAlive(wish: TokenWish, record: SessionRecord): Obtained | undefined {
  const token = chooseToken(record, wish.selector)
  return token && isAlive(token, wish.clock.now()) ? { record, token } : undefined
}
