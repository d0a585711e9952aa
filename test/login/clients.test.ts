import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import { other } from '../support/people.ts'
import { basicClient, postClient } from '../support/provider-clients.ts'
import { robotBrowser } from '../support/project.ts'
import { reportingRobot } from '../support/reporting-robot.ts'
import { createWorld, type World } from '../support/world.ts'
import { demoClient, storedEntries, toldError, warnings } from './logins.ts'

let server: AuthorizationServer
let world: World
// Every kind of character that form encoding and Basic can trip over (RFC 6749 appendix A.2).
const odd = 'a b+c%20d:&=/"\'\\~'

beforeAll(async () => {
  server = await startAuthorizationServer({
    clients: [
      { ...basicClient, client_id: 'odd:basic client', client_secret: odd },
      { ...postClient, client_id: 'odd-post', client_secret: odd },
    ],
  })
})
afterAll(() => server.stop())
beforeEach(() => {
  world = createWorld()
})
afterEach(async () => {
  server.reset()
  await world.close()
})

function client(id: string, ...more: string[]): string[] {
  return ['--issuer', server.issuer, '--client-id', id, ...more]
}

describe('a confidential client', () => {
  test('authenticates by Basic with every character encoded', async () => {
    const args = client('odd:basic client', '--client-secret', 'env:ODD')
    expect((await world.login(args, { env: { ODD: odd } })).code).toBe(0)
    const header = server.requestsTo('/token')[0]?.headers['authorization'] ?? ''
    expect(header).toMatch(/^Basic /)
    const sent = Buffer.from(header.slice(6), 'base64').toString()
    expect(sent.split(':')).toHaveLength(2)
    expect(server.requestsTo('/token')[0]?.body).not.toContain('client_secret')
    expect(world.readConfig()).toMatchObject({
      profiles: { default: { client_secret: 'env:ODD' } },
    })
  })

  test('authenticates in the body where it is told so', async () => {
    const how = ['--token-endpoint-auth-method', 'client_secret_post']
    const args = client('odd-post', '--client-secret', '-', ...how)
    const result = await world.login(args, { input: `${odd}\n` })
    expect(result.code).toBe(0)
    const [request] = server.requestsTo('/token')
    expect(request?.headers['authorization']).toBeUndefined()
    expect(request?.params.get('client_secret')).toBe(odd)
    expect(world.readConfig()).toMatchObject({
      profiles: {
        default: {
          client_secret: 'keychain:default',
          token_endpoint_auth_method: 'client_secret_post',
        },
      },
    })
    // The stored secret is found again.
    expect((await world.login([])).code).toBe(0)
    expect(server.requestsTo('/token')[1]?.params.get('client_secret')).toBe(odd)
  })

  test('a secret from the variable is stored, and the profile refers to it', async () => {
    const { basic } = server.clients
    const env = { OAUTHCTL_CLIENT_SECRET: basic.client_secret }
    expect((await world.login(client(basic.client_id, 'work'), { env })).code).toBe(0)
    expect(world.readConfig()).toMatchObject({
      profiles: { work: { client_secret: 'keychain:work' } },
    })
    expect(JSON.stringify(world.readConfig())).not.toContain(basic.client_secret)
    expect(storedEntries(world)).toHaveLength(2)
    expect((await world.login(['work'])).code).toBe(0)
  })

  test('--no-save stores no secret', async () => {
    const { basic } = server.clients
    const env = { OAUTHCTL_CLIENT_SECRET: basic.client_secret }
    const args = client(basic.client_id, '--no-save')
    expect((await world.login(args, { env })).code).toBe(0)
    expect(storedEntries(world)).toHaveLength(1)
  })

  test('takes its secret from a file and from a command', async () => {
    const { basic } = server.clients
    const file = join(world.home, 'secret')
    writeFileSync(file, `${basic.client_secret}\n`, { mode: 0o644 })
    const fromFile = await world.login(
      client(basic.client_id, '--json', '--client-secret', `file:${file}`),
    )
    expect(fromFile.code).toBe(0)
    expect(warnings(fromFile).join()).toContain(`chmod 600 ${file}`)
    const command = `cmd:cat "${file}"`
    const args = client(basic.client_id, 'two', '--client-secret', command)
    expect((await world.login(args)).code).toBe(0)
    expect(world.readConfig()).toMatchObject({ profiles: { two: { client_secret: command } } })
  })

  test('a wrong secret is told as such, and nothing is stored', async () => {
    const { basic } = server.clients
    const args = client(basic.client_id, '--json', '--client-secret', 'env:WRONG')
    const result = await world.login(args, { env: { WRONG: 'not-it-not-it' } })
    expect(result.code).toBe(4)
    expect(result.stdout).toBe('')
    expect(toldError(result)).toMatchObject({
      code: 'invalid_client',
      exit_code: 4,
      oauth: { error: 'invalid_client' },
    })
    expect(toldError(result).hint).toContain('--token-endpoint-auth-method')
    expect(result.stderr).not.toContain('not-it')
    expect(storedEntries(world)).toEqual([])
  })

  test('a literal secret is refused without repeating it', async () => {
    const args = client('demo-secret', '--json', '--client-secret', 'hunter2hunter2')
    const result = await world.login(args)
    expect(result.code).toBe(2)
    expect(toldError(result).code).toBe('literal_secret')
    expect(toldError(result).hint).toContain('--client-secret env:')
    expect(result.stderr).not.toContain('hunter2')
    expect(server.requestsTo('/auth')).toEqual([])
  })

  test.each([
    ['env:NOT_SET', 'NOT_SET'],
    ['file:/nowhere/at/all', '/nowhere/at/all'],
    ['keychain:nothing', 'keychain:nothing'],
  ])('a secret that is not at %s ends the login before the browser', async (reference, named) => {
    const result = await world.login(client('demo-secret', '--json', '--client-secret', reference))
    expect(result.code).toBe(2)
    expect(toldError(result)).toMatchObject({ code: 'secret_missing' })
    expect(toldError(result).message).toContain(named)
    expect(server.requestsTo('/auth')).toEqual([])
  })

  test("a profile's secret goes to the profile's server alone", async () => {
    world.writeConfig({
      profiles: {
        work: { issuer: server.issuer, client_id: 'demo-secret', client_secret: 'env:S' },
      },
    })
    const env = { S: server.clients.basic.client_secret }
    const elsewhere = ['work', '--json', '--token-endpoint', 'http://127.0.0.1:9/token']
    const result = await world.login(elsewhere, { env })
    expect(result.code).toBe(2)
    expect(toldError(result).code).toBe('credentials_bound')
    const issuer = await world.login(['work', '--json', '--issuer', 'http://127.0.0.1:9'], { env })
    expect(issuer.code).toBe(2)
    expect(toldError(issuer).code).toBe('credentials_bound')
    expect(server.requests).toEqual([])
  })

  test('the variable counts for a profile without a secret of its own only', async () => {
    world.writeConfig({
      profiles: {
        work: { issuer: server.issuer, client_id: 'demo-secret', client_secret: 'env:S' },
      },
    })
    const env = { S: server.clients.basic.client_secret, OAUTHCTL_CLIENT_SECRET: 'another-one' }
    expect((await world.login(['work'], { env })).code).toBe(0)
  })
})

describe('the account', () => {
  const asOtherFlags = `--user ${other.username} --password ${other.password}`
  const asOther = `${robotBrowser} ${asOtherFlags}`

  test('another one than the stored is refused, and the session stays', async () => {
    await world.login(demoClient(server, 'work'))
    const { stdout: token } = await world.run(['token', 'work'])
    const args = ['login', 'work', '--json', '--browser']
    const robot = reportingRobot(world.root, asOtherFlags)
    const result = await world.run([...args, robot.browser])
    expect(result.code).toBe(4)
    expect(result.stdout).toBe('')
    expect(toldError(result)).toMatchObject({ code: 'account_changed', exit_code: 4 })
    expect(toldError(result).hint).toContain('oauthctl login work --switch-account')
    expect(await world.run(['token', 'work'])).toMatchObject({ code: 0, stdout: token })
    const { body, status } = await robot.page()
    expect(status).toBe(400)
    expect(body).toContain('Another account logged in')
    expect(body).toContain('oauthctl login work --switch-account')
  })

  test('another one is refused for a session in another store, too', async () => {
    await world.login(demoClient(server, 'work'))
    const index = join(world.stateDir, 'index', 'work.json')
    const summary = JSON.parse(readFileSync(index, 'utf8')) as object
    rmSync(join(world.stateDir, 'sessions', 'work.jwe'))
    writeFileSync(index, JSON.stringify({ ...summary, store: 'keychain' }))
    const result = await world.run(['login', 'work', '--json', '--browser', asOther])
    expect(result.code).toBe(4)
    expect(toldError(result).code).toBe('account_changed')
  })

  test('of another server is another one by itself', async () => {
    await world.login(demoClient(server, 'work'))
    const elsewhere = await startAuthorizationServer()
    const config = world.readConfig() as { profiles: { work: object } }
    const moved = { ...config.profiles.work, issuer: elsewhere.issuer }
    world.writeConfig({ ...config, profiles: { work: moved } })
    const result = await world.run(['login', 'work', '--json', '--browser', asOther])
    expect(result.code).toBe(0)
    expect(JSON.parse(result.stdout)).toMatchObject({ issuer: elsewhere.issuer, sub: 'user-other' })
    await elsewhere.stop()
  })

  test('--switch-account takes it', async () => {
    await world.login(demoClient(server, 'work'))
    const args = ['login', 'work', '--json', '--switch-account', '--browser', asOther]
    const result = await world.run(args)
    expect(result.code).toBe(0)
    expect(JSON.parse(result.stdout)).toMatchObject({ sub: 'user-other', username: 'other' })
  })

  test('a profile is not turned into one for another server', async () => {
    await world.login(demoClient(server, 'work'))
    const result = await world.login(['work', '--json', '--issuer', 'http://127.0.0.1:9'])
    expect(result.code).toBe(2)
    expect(toldError(result).code).toBe('credentials_bound')
  })
})
