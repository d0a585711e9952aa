import { LoginRequiredError, MachineFault, StoreError } from '../errors/families.ts'
import { isAlive, isFresh } from '../sessions/freshness.ts'
import type { Keeper } from '../sessions/keeper.ts'
import type { SessionRecord, StoredToken } from '../sessions/record.ts'

export interface CachedWish {
  /** Opens the cache entry; that, reading and writing it may fail, and then there is no cache. */
  open: () => Keeper
  /** What the token was got with; another credential does not get it. */
  mark: string
  /** Epoch ms. */
  now: () => number
  minTtl: number | undefined
  /** True to ask the server whatever is there. */
  renew: boolean
  request: () => Promise<{ record: SessionRecord; token: StoredToken }>
  note: (text: string) => void
}

/**
 * A token from the cache while it is fresh, else one request, however many processes ask: the others
 * wait for the lock and find the result. Without a usable store there is no cache and no failure.
 */
export async function cachedToken(wish: CachedWish): Promise<StoredToken> {
  const started = wish.now()
  const keeper = await cacheOr(wish, undefined, async () => wish.open())
  if (!keeper) return (await wish.request()).token
  const found = wish.renew ? undefined : await look(wish, keeper)
  if (found === 'unusable') return (await wish.request()).token
  if (found && isFresh(found, wish.now(), wish.minTtl)) return found
  const release = await cacheOr(wish, undefined, () => keeper.lock())
  if (!release) return (await wish.request()).token
  try {
    const meanwhile = await look(wish, keeper)
    if (meanwhile && meanwhile !== 'unusable' && isGood(wish, meanwhile, started)) return meanwhile
    const { record, token } = await wish.request()
    const kept = { ...record, tokens: [{ ...token, selector: wish.mark }] }
    await cacheOr(wish, undefined, () => keeper.save(kept))
    return token
  } finally {
    release()
  }
}

// What another process got meanwhile is what the server gives out now, even if that is a shorter life
// than is asked for.
function isGood({ now, minTtl, renew }: CachedWish, token: StoredToken, started: number): boolean {
  if (token.obtainedAt >= started) return isAlive(token, now())
  return !renew && isFresh(token, now(), minTtl)
}

function look(wish: CachedWish, keeper: Keeper): Promise<StoredToken | 'unusable' | undefined> {
  return cacheOr(wish, 'unusable' as const, async () => {
    const record = await keeper.load()
    return record?.tokens.find(({ selector }) => selector === wish.mark)
  })
}

/** What `use` of the cache gives, or `otherwise` where the cache cannot be used. */
async function cacheOr<T, O>(
  { note }: CachedWish,
  otherwise: O,
  use: () => Promise<T>,
): Promise<T | O> {
  try {
    return await use()
  } catch (error) {
    const known =
      error instanceof StoreError ||
      error instanceof MachineFault ||
      error instanceof LoginRequiredError
    if (!known) throw error
    note(`the token is not cached: ${error.message}`)
    return otherwise
  }
}
