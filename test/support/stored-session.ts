import { join } from 'node:path'
import { expect } from 'vitest'
import { fileNameFor } from '../../src/files/file-name.ts'
import { createFileStore } from '../../src/stores/file.ts'
import { sessionsFolder } from '../../src/stores/places.ts'
import { readStoreKey } from '../../src/stores/store-key.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import { realRandom } from './real-parts.ts'
import type { World } from './world.ts'
import { createWorld } from './world.ts'
import type { Env } from './program.ts'

/** A session as it stands decrypted in the file store, written in snake_case. */
export interface StoredSession extends Record<string, unknown> {
  refresh_token?: string
  id_token?: string
  ended?: string
  tokens: StoredSessionToken[]
}

export interface StoredSessionToken extends Record<string, unknown> {
  access_token: string
  selector: string
  scope: string
  expires_at?: string
  obtained_at: string
}

function storeOf(world: World) {
  return createFileStore({
    folder: sessionsFolder(world.stateDir),
    key: () => readStoreKey(world.env),
    random: realRandom,
  })
}

/** The encrypted file of a session. */
export function sessionFile(world: World, name = 'default'): string {
  return join(sessionsFolder(world.stateDir), `${fileNameFor(name)}.jwe`)
}

/** What the file store holds for the session; undefined when nothing. */
export async function readStored(
  world: World,
  name = 'default',
): Promise<StoredSession | undefined> {
  const text = await storeOf(world).read(name)
  return text === undefined ? undefined : (JSON.parse(text) as StoredSession)
}

/** Rewrites the session as another process would have done it, under a new revision. */
export async function changeStored(
  world: World,
  change: (session: StoredSession) => StoredSession,
  name = 'default',
): Promise<StoredSession> {
  const session = await readStored(world, name)
  if (session === undefined) throw new Error(`nothing is stored for ${name}`)
  const changed = { ...change(session), revision: `test-${Math.random()}` }
  await storeOf(world).write(name, JSON.stringify(changed))
  return changed
}

/** Makes every stored access token one of an hour that ends in so many seconds (negative: has ended). */
export function expireIn(world: World, seconds: number, name = 'default'): Promise<StoredSession> {
  const end = Date.now() + seconds * 1000
  const times = {
    obtained_at: new Date(end - 3_600_000).toISOString(),
    expires_at: new Date(end).toISOString(),
  }
  return changeStored(
    world,
    (session) => ({
      ...session,
      tokens: session.tokens.map((token) => ({ ...token, ...times })),
    }),
    name,
  )
}

export interface LoginOptions {
  env?: Env
  /** More arguments of the login, such as a profile's name. */
  args?: readonly string[]
  scope?: string
  clientId?: string
}

/** The arguments of a login that gets a refresh token. */
export function loginArguments(server: AuthorizationServer, options: LoginOptions = {}): string[] {
  const {
    args = [],
    scope = 'openid profile offline_access api:read api:write',
    clientId,
  } = options
  return [
    ...args,
    '--issuer',
    server.issuer,
    '--client-id',
    clientId ?? server.clients.public.client_id,
    '--scope',
    scope,
    '--prompt',
    'consent',
  ]
}

/** A new world in which somebody is logged in. */
export async function loggedInWorld(
  server: AuthorizationServer,
  options: LoginOptions = {},
): Promise<World> {
  const world = createWorld(options.env)
  const result = await world.login(loginArguments(server, options))
  expect(result.stderr).not.toContain('error:')
  expect(result.code).toBe(0)
  return world
}
