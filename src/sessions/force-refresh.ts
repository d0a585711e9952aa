import type { TokenWish, Obtained } from './access-token.ts'
import { noSession } from './access-token.ts'
import { renew } from './renew.ts'

/** Uses the refresh token now, whatever is left of the access token (`oauthctl refresh`). */
export async function forceRefresh(wish: TokenWish): Promise<Obtained> {
  const { keeper, connect, shield, loginCommand } = wish
  const release = await keeper.lock()
  try {
    const record = await keeper.load()
    if (!record) throw noSession(loginCommand)
    wish.checkBinding(record)
    return await renew({ keeper, record, selector: {}, connect, shield, loginCommand })
  } finally {
    release()
  }
}
