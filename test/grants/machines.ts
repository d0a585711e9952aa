// Clients without a person, and the environments they run in.
import { onTestFinished } from 'vitest'
import { runOauthctl, type Env, type Result, type RunOptions } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { createWorld, type World } from '../support/world.ts'

export const SECRET = 'robot secret+with/odd=characters&more:0123456789'

/** A client that may use the client credentials grant only. */
export function robot(id: string, method: string, more: Record<string, unknown> = {}) {
  return {
    client_id: id,
    client_secret: SECRET,
    token_endpoint_auth_method: method,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    scope: 'api:read api:write',
    ...more,
  }
}

/** A world that ends with the test. */
export function ownWorld(extra: Env = {}): World {
  const world = createWorld(extra)
  onTestFinished(world.close)
  return world
}

/** `env -i oauthctl …`: these variables alone, no HOME, no D-Bus, no terminal. */
export function runInContainer(
  args: readonly string[],
  env: Env,
  options: RunOptions = {},
): Promise<Result> {
  const cwd = temporaryFolder()
  return runOauthctl(args, { cwd, ...options, env: { PATH: '/usr/bin:/bin', ...env } })
}
