import { cpSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import { programPath, projectRoot } from '../support/project.ts'
import { requireTool } from '../support/requirements.ts'
import { expireIn, loggedInWorld } from '../support/stored-session.ts'
import { startTerminal } from '../support/terminal.ts'
import { createWorld, type World } from '../support/world.ts'

let server: AuthorizationServer
let world: World

beforeAll(async () => {
  server = await startAuthorizationServer()
  world = await loggedInWorld(server)
})

afterAll(async () => {
  await world.close()
  await server.stop()
})

beforeEach(() => server.reset())

// oxlint-disable-next-line no-control-regex
const colour = /\u001b\[/

test('an installation that lost a part says so', async () => {
  const copy = join(world.root, 'lost')
  for (const folder of ['bin', 'dist']) {
    cpSync(join(projectRoot, folder), join(copy, folder), { recursive: true })
  }
  rmSync(join(copy, 'dist', 'main.mjs'))
  const command = [process.execPath, join(copy, 'bin', 'oauthctl.cjs')] as const
  const result = await world.run(['status'], { command: [command[0], command[1]] })
  expect(result).toMatchObject({ code: 1, stdout: '' })
  expect(result.stderr).toMatch(/^error: this is a fault of oauthctl: ERR_MODULE_NOT_FOUND\n {2}\S/)
  expect(result.stderr).not.toMatch(/\n\s+at /)
})

describe('a command line that is wrong', () => {
  test.each([
    [['tokn'], 'token'],
    [['token', '--min-tll', '5'], '--min-ttl'],
    [['--jsn', 'status'], '--json'],
    [['profile', 'lst'], 'list'],
  ])('%j is exit 2 and names the nearest', async (args, nearest) => {
    const result = await world.run(args)
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toMatch(/^error: /)
    expect(result.stderr).toContain(nearest)
  })

  test.each([
    [['token', '--client-secrt=hunter2=pass'], '--client-secrt'],
    [['token', '--client-secert=hunter2pass'], '--client-secert'],
    [['login', '--proxi=http://u:hunter2\n(Did you mean hunter2?)'], '--proxi'],
    [['--zzz=hunter2pass', 'status'], '--zzz'],
  ])('what stands behind the = of the unknown option in %j is not repeated', async (args, name) => {
    const result = await world.run(args)
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toContain(`unknown option '${name}'`)
    expect(result.stderr).not.toContain('hunter2')
  })

  test.each([
    [['token', 'one', 'two']],
    [['token', '--min-ttl']],
    [['refresh', '--output', 'raw']],
    [['status', '--timeout', 'x']],
    [['profile', 'show', 'a', 'b']],
    [['--profile']],
  ])('%j is exit 2', async (args) => {
    const result = await world.run(args)
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toMatch(/^error: /)
  })

  test('--json makes it a document', async () => {
    for (const [args, env] of [
      [['tokn', '--json'], {}],
      [['--json', 'token', '--nope'], {}],
      [['tokn'], { OAUTHCTL_JSON: '1' }],
    ] as const) {
      const result = await world.run(args, { env })
      expect(result).toMatchObject({ code: 2, stdout: '' })
      const { error } = JSON.parse(result.stderr)
      expect(error).toMatchObject({ code: 'usage', exit_code: 2, retryable: false })
      expect(error.message).toBeTruthy()
      expect(error.hint).toBeTruthy()
    }
  })

  test('no command at all shows the help on stderr', async () => {
    const result = await world.run([])
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toContain('Usage: oauthctl')
  })

  test('--help and --version are results', async () => {
    for (const args of [['--help'], ['help'], ['token', '--help'], ['help', 'token'], ['-h']]) {
      const result = await world.run(args)
      expect(result, args.join(' ')).toMatchObject({ code: 0, stderr: '' })
      expect(result.stdout).toContain('Usage: oauthctl')
    }
    for (const args of [['--version'], ['-V'], ['-V', 'token']])
      expect((await world.run(args)).stdout).toMatch(/^oauthctl \d+\.\d+\.\d+\S*\n$/)
  })
})

describe('errors', () => {
  test('in words: what, and what to do', async () => {
    const nobody = createWorld()
    const result = await nobody.run(['token'])
    expect(result.stderr).toBe('error: nobody is logged in\n  Log in: oauthctl login\n')
    await nobody.close()
  })

  test('with --json: JSON Lines on stderr, the error last', async () => {
    await expireIn(world, 5)
    server.respond('/token', () => ({ status: 502 }))
    const warned = await world.run(['token', '--json'])
    expect(warned.code).toBe(0)
    expect(JSON.parse(warned.stderr)).toEqual({ warning: expect.any(String) })
    await expireIn(world, -1)
    server.reset()
    server.respond('/token', () => ({
      status: 400,
      json: { error: 'invalid_scope', error_description: 'no "x"', error_uri: 'https://e.example' },
    }))
    const failed = await world.run(['token', '--json', '-v'])
    expect(failed).toMatchObject({ code: 4, stdout: '' })
    const lines = failed.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.at(-1)).toEqual({
      error: {
        code: 'invalid_scope',
        message: expect.any(String),
        hint: expect.any(String),
        retryable: false,
        exit_code: 4,
        oauth: {
          error: 'invalid_scope',
          error_description: 'no "x"',
          error_uri: 'https://e.example',
        },
      },
    })
  })

  test('--quiet leaves errors and warnings, and takes progress away', async () => {
    const nobody = createWorld()
    expect((await nobody.run(['status', '--quiet'])).stderr).toBe('')
    expect((await nobody.run(['status'], { env: { OAUTHCTL_QUIET: '1' } })).stderr).toBe('')
    expect((await nobody.run(['token', '-q'])).stderr).toMatch(/^error: /)
    await nobody.close()
  })
})

describe('--timeout', () => {
  let own: World

  beforeEach(async () => {
    own = await loggedInWorld(server)
    server.reset()
  })

  afterEach(() => own.close())

  test.each([
    ['an option', ['--timeout', '1'], {}],
    ['a variable', [], { OAUTHCTL_TIMEOUT: '1' }],
  ])('as %s ends a request that gets no answer', async (_, args, env) => {
    server.respond('/token', () => 'hang')
    const result = await own.run(['refresh', '--json', ...args], { env, timeoutMs: 15_000 })
    expect(result).toMatchObject({ code: 5, stdout: '' })
    expect(JSON.parse(result.stderr).error).toMatchObject({ code: 'timeout', retryable: true })
  })

  test('ends an answer that comes drop by drop', async () => {
    async function* drops() {
      for (;;) {
        yield ' '
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
    server.respond('/token', () => ({ body: drops() }))
    const result = await own.run(['refresh', '--timeout', '1'], { timeoutMs: 15_000 })
    expect(result).toMatchObject({ code: 5, stdout: '' })
  })
})

describe.runIf(process.platform === 'linux')('colour', () => {
  test('is for terminals only, and respects the variables', async () => {
    const nobody = createWorld()
    const shown = async (args: string[], env = {}): Promise<string> => {
      const terminal = startTerminal(['token', ...args], { env: { ...nobody.env, ...env } })
      expect(await terminal.exited).toBe(3)
      return terminal.output()
    }
    expect(await shown([])).toMatch(colour)
    expect(await shown(['--no-color'])).not.toMatch(colour)
    expect(await shown([], { NO_COLOR: '1' })).not.toMatch(colour)
    expect(await shown([], { TERM: 'dumb' })).not.toMatch(colour)
    expect((await nobody.run(['token'])).stderr).not.toMatch(colour)
    const forced = await nobody.run(['token'], { env: { FORCE_COLOR: '1' } })
    expect(forced.stderr).toMatch(colour)
    const zero = await nobody.run(['token'], { env: { FORCE_COLOR: '0' } })
    expect(zero.stderr).not.toMatch(colour)
    const both = await nobody.run(['token'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })
    expect(both.stderr).not.toMatch(colour)
    await nobody.close()
  })

  test('never gets into a token', async () => {
    await expireIn(world, 1000)
    const terminal = startTerminal(['token'], { env: { ...world.env, FORCE_COLOR: '1' } })
    expect(await terminal.exited).toBe(0)
    expect(terminal.output().trim()).toMatch(/^[\w-]+$/)
  })
})

describe('Node', () => {
  test('warns of nothing', async () => {
    await expireIn(world, 1000)
    for (const args of [['status'], ['token'], ['refresh'], ['userinfo']]) {
      const result = await world.run(args, { env: { NODE_OPTIONS: '--pending-deprecation' } })
      expect(result, args.join(' ')).toMatchObject({ code: 0, stderr: '' })
    }
  })

  test('and its debug variables leak no secret', async () => {
    const result = await world.run(['refresh'], { env: { NODE_DEBUG: 'undici,fetch,http,net' } })
    expect(result.code).toBe(0)
    const sent = server.requestsTo('/token')[0]?.params.get('refresh_token') ?? 'x'
    expect(result.stderr).not.toContain(sent)
  })
})

describe.runIf(requireTool('strace'))('an entry of the store', () => {
  test('is read once by a command', async () => {
    const log = join(world.root, 'strace.log')
    const count = async (args: string[]): Promise<number> => {
      const command: [string, ...string[]] = [
        'strace',
        '-f',
        '-qq',
        '-e',
        'trace=open,openat',
        '-o',
        log,
        process.execPath,
        programPath,
      ]
      expect(await world.run(args, { command })).toMatchObject({ code: 0 })
      return readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line.includes('.jwe"') && line.includes('O_RDONLY')).length
    }
    expect(await count(['token'])).toBe(1)
    expect(await count(['token', '-v'])).toBe(1)
    expect(await count(['token', '--id-token'])).toBe(1)
    expect(await count(['token', '--check'])).toBe(1)
    expect(await count(['refresh'])).toBe(1)
    expect(await count(['userinfo'])).toBe(1)
    expect(await count(['status'])).toBe(0)
    expect(await count(['logout'])).toBe(1)
  })
})
