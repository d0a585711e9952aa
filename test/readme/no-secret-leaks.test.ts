import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import type { Received } from '../support/http-exchange.ts'
import type { Env, Result } from '../support/program.ts'
import { programPath } from '../support/project.ts'
import { startProtectedApi, type ProtectedApi } from '../support/protected-api.ts'
import { requireTool } from '../support/requirements.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { createWorld, type World } from '../support/world.ts'
import { startFederation, startGithubRunner } from './federation.ts'
import {
  filesWritten,
  leaksIn,
  leakyFiles,
  secretsIn,
  tracedBy,
  type Secrets,
} from './system-calls.ts'

const SECRET = 'robot-secret+with/odd=characters-0123456789'
const PASSPHRASE = 'the-passphrase-of-the-client-key'
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const sealedKey = privateKey.export({
  type: 'pkcs8',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase: PASSPHRASE,
}) as string

/** The lines of a PEM that are the key, and the number in it. */
function keyTexts(): string[] {
  const open = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const lines = `${sealedKey}${open}`.split('\n').filter((line) => !/^(?:-|$)/.test(line))
  return [...lines, privateKey.export({ format: 'jwk' }).d ?? ''].filter(
    (text) => text.length >= 16,
  )
}

/** What travelled to the servers and back, which nobody else should see. */
function travelled(requests: readonly Received[]): Secrets {
  const found = { credentials: [] as string[], assertion: [] as string[], token: [] as string[] }
  for (const { headers, params, answered } of requests) {
    const [, value] = (headers['authorization'] ?? '').split(' ')
    if (value !== undefined) found.credentials.push(value)
    found.assertion.push(...params.getAll('client_assertion'))
    const [, token] = /"access_token":"([^"]+)"/.exec(answered?.body ?? '') ?? []
    if (token !== undefined) found.token.push(token)
  }
  return found
}

interface Traced extends Result {
  trace: string
}

async function runTraced(world: World, args: string[], env: Env): Promise<Traced> {
  const file = join(temporaryFolder(), 'trace')
  const command = [...tracedBy(file), process.execPath, programPath] as [string, ...string[]]
  const result = await world.start(args, { command, env, stdin: 'none' }).exited
  return { ...result, trace: readFileSync(file, 'utf8') }
}

/** The commands of a job: a new token, a command with it, a call of the API with it. */
async function runJob(world: World, api: string, options: string[], env: Env) {
  const client = ['--client-credentials', ...options]
  const token = await runTraced(world, ['token', ...client, '--output', 'raw'], env)
  const child = await runTraced(world, ['exec', ...client, '--no-cache', '--', '/usr/bin/env'], env)
  const request = await runTraced(world, ['request', ...client, '--no-cache', `${api}/hello`], env)
  return { token, child, request }
}

/** Checks what was printed, started and written against every secret that there was. */
function expectNoLeak(
  world: World,
  { token, child, request }: Record<'token' | 'child' | 'request', Traced>,
  secrets: Secrets,
): void {
  for (const ran of [token, child, request]) {
    expect(ran.code, ran.stderr).toBe(0)
    // The run was as talkative as can be, and strace saw it.
    expect(ran.stderr).toContain('grant_type=client_credentials')
    expect(ran.trace.includes(`["${process.execPath}", "${programPath}"`)).toBe(true)
    expect(secretsIn(ran.stderr, secrets)).toEqual([])
    expect(leaksIn(ran.trace, secrets)).toEqual([])
    const elsewhere = filesWritten(ran.trace).filter(
      (path) => !path.startsWith(world.root) && !/^\/(?:dev|proc)\//.test(path),
    )
    expect(elsewhere).toEqual([])
  }
  const printed = token.stdout.trim()
  expect(secrets['token']).toContain(printed)
  const seen = new RegExp(`write\\(1<(?:pipe|socket):\\[\\d+\\]>, "${printed}`)
  expect(seen.test(token.trace)).toBe(true)
  expect(filesWritten(token.trace).join('\n')).toContain(world.root)
  expect(child.trace.includes('execve("/usr/bin/env", ["/usr/bin/env"]')).toBe(true)
  const given = /^ACCESS_TOKEN=(.+)$/m.exec(child.stdout)?.[1] ?? ''
  expect(secrets['token']).toContain(given)
  expect(secretsIn(child.stdout.replaceAll(given, ''), secrets)).toEqual([])
  expect(request.stdout).toContain('Hello, ')
  expect(secretsIn(request.stdout, secrets)).toEqual([])
  expect(leakyFiles(world.root, secrets)).toEqual([])
}

describe.runIf(requireTool('strace'))('a job under strace shows no secret', () => {
  let server: AuthorizationServer
  let api: ProtectedApi

  beforeAll(async () => {
    const robot = (id: string, method: string) => ({
      client_id: id,
      token_endpoint_auth_method: method,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      ...(method === 'private_key_jwt'
        ? { jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), use: 'sig' }] } }
        : { client_secret: SECRET }),
    })
    server = await startAuthorizationServer({
      clients: [
        robot('by-basic', 'client_secret_basic'),
        robot('by-post', 'client_secret_post'),
        robot('by-key', 'private_key_jwt'),
      ],
    })
    api = await startProtectedApi({ issuer: server.issuer })
  })

  afterAll(async () => {
    await api.stop()
    await server.stop()
  })

  function job(clientId: string): { world: World; env: Env } {
    const world = createWorld()
    onTestFinished(world.close)
    return {
      world,
      env: {
        CI: 'true',
        OAUTHCTL_ISSUER: server.issuer,
        OAUTHCTL_CLIENT_ID: clientId,
        OAUTHCTL_SCOPE: 'api:read',
        OAUTHCTL_RESOURCE: api.url,
      },
    }
  }

  /** Every secret of a job at the real server, after the job. */
  function secretsOf(world: World): Secrets {
    return {
      ...travelled([...server.requests, ...api.requests]),
      'store key': [world.env['OAUTHCTL_STORE_KEY'] ?? ''],
      'client secret': [SECRET],
      passphrase: [PASSPHRASE],
      'private key': keyTexts(),
    }
  }

  /** Files of the user that hold secrets, outside the world that is searched for them. */
  function keyOptions(): string[] {
    const folder = temporaryFolder()
    const [key, passphrase] = [join(folder, 'key.pem'), join(folder, 'passphrase')]
    writeFileSync(key, sealedKey, { mode: 0o600 })
    writeFileSync(passphrase, `${PASSPHRASE}\n`, { mode: 0o600 })
    return ['--client-key', `file:${key}`, '--client-key-passphrase', `file:${passphrase}`]
  }

  it.each([
    ['by-basic', ['-vv']],
    ['by-basic', ['-vv', '--json']],
    ['by-post', ['-vv', '--token-endpoint-auth-method', 'client_secret_post']],
  ])('with the secret of %s and %j', async (clientId, options) => {
    const { world, env } = job(clientId)
    env['OAUTHCTL_CLIENT_SECRET'] = SECRET
    expectNoLeak(world, await runJob(world, api.url, options, env), secretsOf(world))
  })

  it.each([[['-vv']], [['-vv', '--json']]])(
    'with an encrypted private key and %j',
    async (flags) => {
      const { world, env } = job('by-key')
      const options = [...keyOptions(), ...flags]
      expectNoLeak(world, await runJob(world, api.url, options, env), secretsOf(world))
      expect(secretsOf(world)['assertion']).not.toEqual([])
    },
  )

  it('with the identity of the job', async () => {
    const subject = { iss: 'https://token.actions.githubusercontent.com', sub: 'repo:a/b' }
    const federation = await startFederation(subject)
    const { world, env } = job('robot')
    const runner = await startGithubRunner(subject)
    Object.assign(env, runner.env, {
      OAUTHCTL_ISSUER: federation.issuer,
      OAUTHCTL_RESOURCE: federation.api,
    })
    const ran = await runJob(world, federation.api, ['-vv', '--identity', 'auto'], env)
    expect(federation.accepted).toHaveLength(3)
    expectNoLeak(world, ran, {
      token: [federation.token],
      assertion: federation.accepted,
    })
    const bearer = { 'bearer of the runner': [runner.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN] }
    for (const { stderr, trace } of Object.values(ran)) {
      expect(secretsIn(stderr, bearer)).toEqual([])
      expect(leaksIn(trace, bearer)).toEqual([])
    }
  })

  it('also when the server refuses it and repeats it in its answer', async () => {
    const { world, env } = job('by-basic')
    env['OAUTHCTL_CLIENT_SECRET'] = SECRET
    const said = { error: 'invalid_client', error_description: `not known: ${SECRET}` }
    server.respond('/token', () => ({ status: 401, json: said }), { times: 1 })
    const ran = await runTraced(world, ['token', '--client-credentials', '-vv'], env)
    expect(ran).toMatchObject({ code: 4, stdout: '' })
    expect(ran.stderr).toContain('not known: ')
    expect(secretsIn(ran.stderr, secretsOf(world))).toEqual([])
    expect(leaksIn(ran.trace, secretsOf(world))).toEqual([])
    expect(leakyFiles(world.root, secretsOf(world))).toEqual([])
  })

  it('and a program that does is found out', () => {
    const folder = temporaryFolder()
    const file = join(folder, 'trace')
    const [strace, ...options] = tracedBy(file)
    const toStderr = `"${process.execPath}" -e 'process.stderr.write(process.env.S)'`
    const script = `/bin/echo ${SECRET}; echo "$S" > plain; ${toStderr}; rm plain`
    execFileSync(strace, [...options, '/bin/sh', '-c', script], {
      env: { S: PASSPHRASE },
      stdio: 'pipe',
      cwd: folder,
    })
    const secrets = { secret: [SECRET], passphrase: [PASSPHRASE] }
    const trace = readFileSync(file, 'utf8')
    expect(leaksIn(trace, secrets).toSorted()).toEqual([
      'argv: secret',
      `file ${folder}/plain: passphrase`,
      'stderr: passphrase',
    ])
    expect(filesWritten(trace)).toEqual([`${folder}/plain`])
    writeFileSync(join(folder, 'left'), `x${SECRET}x`)
    expect(leakyFiles(folder, { secret: [SECRET] })).toContain(`${join(folder, 'left')}: secret`)
  })
})
