import { loginLimitMs } from '../config/waits.ts'
import type { Context } from '../context.ts'
import { LoginRequiredError, StoreError } from '../errors/families.ts'
import type { Release } from '../ports/lock.ts'
import type { Keeper } from '../sessions/keeper.ts'

/**
 * `token --login`: what `obtain` gives, and when it says that a login is needed, a login first, in a
 * terminal only. Callers that come meanwhile wait for that login and use it, instead of opening a
 * browser each.
 */
export async function withLoginWhenNeeded<T>(
  context: Context,
  keeper: Keeper,
  obtain: () => Promise<T>,
  { noBrowser }: { noBrowser: boolean },
): Promise<T> {
  try {
    return await obtain()
  } catch (error) {
    if (!(error instanceof LoginRequiredError) || !context.prompter.possible) throw error
    const release = await loginLock(context, keeper)
    try {
      return await obtain().catch(async (again: unknown) => {
        if (!(again instanceof LoginRequiredError)) throw again
        const { login } = await context.online()
        await login(context, { noBrowser, save: false, switchAccount: false })
        return obtain()
      })
    } finally {
      release()
    }
  }
}

/** A lock of its own: the session's lock is never held while a person does something. */
async function loginLock(context: Context, { id, storeKind }: Keeper): Promise<Release> {
  // Without a store there is nothing that callers could share.
  if (storeKind === 'none') return () => {}
  const { clock, locks, interruption, output } = context
  const limit = loginLimitMs(context.settings.values)
  const started = clock.now()
  for (;;) {
    try {
      return await locks.acquire(`login-${id}`, {
        signal: interruption.signal,
        onWait: () => output.note('Waiting for the login that another oauthctl has opened …'),
      })
    } catch (error) {
      const isBusy = error instanceof StoreError && error.code === 'lock_timeout'
      if (!isBusy || clock.now() - started > limit) throw error
    }
  }
}
