import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import { programPath, projectRoot } from '../support/project.ts'
import { createWorld, type World } from '../support/world.ts'
import { writeSession } from '../support/written-session.ts'
import { packagesIn, packagesInside } from './bundled.ts'

const dist = join(projectRoot, 'dist')
const tracer = fileURLToPath(new URL('trace-loads.mjs', import.meta.url))

/** The packages whose code a run has loaded, and the files of the program. */
async function loadedBy(world: World, args: readonly string[]) {
  const log = join(world.root, 'loaded')
  writeFileSync(log, '')
  const result = await world.run(args, {
    env: { OAUTHCTL_TEST_LOADED: log },
    command: [process.execPath, '--import', tracer, programPath],
  })
  expect(result).toMatchObject({ code: 0 })
  const files = [...new Set(readFileSync(log, 'utf8').trim().split('\n'))]
    .map((address) => (address.startsWith('file:') ? fileURLToPath(address) : address))
    .filter((file) => file.startsWith(dirname(dist)))
  const own = files.filter((file) => file.startsWith(dist))
  return { files: own, packages: own.flatMap(packagesIn), result }
}

describe('what a run loads', () => {
  let server: AuthorizationServer
  beforeAll(async () => {
    server = await startAuthorizationServer({ alwaysRefreshToken: true })
  })
  afterAll(() => server?.stop())

  function newWorld(): World {
    const world = createWorld()
    onTestFinished(world.close)
    return world
  }
  async function loggedIn(scope: string): Promise<World> {
    const world = newWorld()
    const client = ['--issuer', server.issuer, '--client-id', server.clients.public.client_id]
    expect(await world.login([...client, '--scope', scope])).toMatchObject({ code: 0 })
    return world
  }

  test('the packages are in chunks of their own, so that they can stay away', () => {
    expect(packagesInside(dist)).toEqual(
      expect.arrayContaining(['commander', 'undici', 'jose', 'oauth4webapi']),
    )
  })

  test.each([[['token']], [['token', '--output', 'header']], [['--version']]])(
    '%j from a fresh session loads one file and no package',
    async (args) => {
      const world = newWorld()
      await writeSession({ kind: 'file', stateDir: world.stateDir, env: world.env })
      const { files } = await loadedBy(world, args)
      expect(files).toEqual([join(dist, 'oauthctl.cjs')])
      expect(packagesIn(join(dist, 'oauthctl.cjs'))).toEqual([])
    },
  )

  test.each([[['status']], [['profile', 'list']], [['--help']], [['token', '--verbose']]])(
    '%j loads the option parser and no other package',
    async (args) => {
      const world = newWorld()
      await writeSession({ kind: 'file', stateDir: world.stateDir, env: world.env })
      const { packages } = await loadedBy(world, args)
      expect(packages).toEqual(['commander'])
    },
  )

  test('a refresh without an ID token needs neither JOSE nor prompts nor a browser', async () => {
    const world = await loggedIn('api:read')
    const { packages } = await loadedBy(world, ['token', '--min-ttl', '3600'])
    expect(server.requestsTo('/token', 'refresh_token')).toHaveLength(1)
    expect(packages).toEqual(expect.arrayContaining(['commander', 'undici', 'oauth4webapi']))
    expect(packages.filter((name) => /jose|inquirer|^open$/.test(name))).toEqual([])
  })

  test('a refresh with an ID token verifies it, and asks nobody', async () => {
    const world = await loggedIn('openid offline_access')
    const { packages } = await loadedBy(world, ['refresh'])
    expect(packages.filter((name) => /inquirer|^open$/.test(name))).toEqual([])
  })
})
