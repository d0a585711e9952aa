import { loadSession, type TokenWish } from './access-token.ts'
import type { SessionRecord } from './record.ts'

/**
 * Uses the refresh token now, whatever is left of the access token (`oauthctl refresh`), unless
 * `isEnough` says under the lock that another process has just done it. `known` is what was read
 * before.
 */
export async function forceRefresh(
  wish: TokenWish,
  {
    known,
    isEnough = () => false,
  }: { known?: SessionRecord; isEnough?: (record: SessionRecord) => boolean } = {},
): Promise<{ record: SessionRecord }> {
  const { keeper, connect, renew, shield, loginCommand } = wish
  const release = await keeper.lock()
  try {
    const record = await loadSession(wish, known)
    if (isEnough(record)) return { record }
    return await renew({ keeper, record, selector: {}, connect, shield, loginCommand })
  } finally {
    release()
  }
}
