import { openStore } from '../../src/stores/registry.ts'
import { createSessionIndex } from '../../src/stores/session-index.ts'
import { indexFolder } from '../../src/stores/places.ts'
import { createKeeper } from '../../src/sessions/keeper.ts'
import type { StoreKind } from '../../src/ports/secret-store.ts'
import { realClock, realRandom } from './real-parts.ts'

export interface WrittenSession {
  kind: StoreKind
  stateDir: string
  env: Readonly<Record<string, string | undefined>>
  profile?: string
  accessToken?: string
  /** Seconds from now until the token expires. */
  expiresIn?: number
}

/**
 * Writes a session as a login would leave it, through the real stores and without a server. Its
 * token is not known to any.
 */
export async function writeSession(session: WrittenSession): Promise<void> {
  const { kind, stateDir, env, profile = 'default', expiresIn = 3600 } = session
  const now = Date.now()
  const unexpected = (): never => {
    throw new Error('writing a session asks for neither lock nor journal')
  }
  const keeper = createKeeper({
    id: profile,
    store: openStore(kind, {
      platform: process.platform,
      env,
      stateFolder: stateDir,
      random: realRandom,
      clock: realClock,
    }),
    index: createSessionIndex({ folder: indexFolder(stateDir) }),
    journal: {
      attempts: unexpected,
      isExhausted: unexpected,
      begin: unexpected,
      settle: unexpected,
      withdraw: unexpected,
    },
    locks: { acquire: unexpected },
    clock: realClock,
    random: realRandom,
    signal: new AbortController().signal,
    onWait: unexpected,
    warn: unexpected,
    learn: () => undefined,
  })
  await keeper.save({
    revision: '',
    profile,
    issuer: 'https://login.example.com',
    clientId: 'cli',
    sub: 'user',
    scope: 'openid offline_access',
    refreshToken: 'written-refresh-token-0123456789',
    tokens: [
      {
        selector: '',
        accessToken: session.accessToken ?? 'written-access-token-0123456789',
        tokenType: 'Bearer',
        scope: 'openid offline_access',
        expiresAt: now + expiresIn * 1000,
        obtainedAt: now,
      },
    ],
  })
}
