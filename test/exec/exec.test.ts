import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { programPath } from '../support/project.ts'
import { startTerminal } from '../support/terminal.ts'
import { createWorld, type World } from '../support/world.ts'
import { writeSession } from '../support/written-session.ts'

const TOKEN = 'written-access-token-0123456789'
let world: World

beforeAll(async () => {
  world = createWorld()
  for (const profile of ['default', 'work']) {
    const { stateDir, env } = world
    await writeSession({ kind: 'file', stateDir, env, profile })
  }
})

afterAll(() => world.close())

const node = (script: string): string[] => [process.execPath, '-e', script]

describe('the environment of the child', () => {
  test('has the token, and no secret variable of oauthctl', async () => {
    const env = {
      OAUTHCTL_CLIENT_ASSERTION: 'env:X',
      OAUTHCTL_QUIET: '1',
      OTHER_SECRET: 'kept',
    }
    const result = await world.run(
      ['exec', '--', ...node('console.log(JSON.stringify(process.env))')],
      { env },
    )
    expect(result).toMatchObject({ code: 0, stderr: '' })
    const seen = JSON.parse(result.stdout) as Record<string, string>
    expect(seen).toMatchObject({ ACCESS_TOKEN: TOKEN, OTHER_SECRET: 'kept', OAUTHCTL_QUIET: '1' })
    expect(seen).not.toHaveProperty('OAUTHCTL_STORE_KEY')
    expect(seen).not.toHaveProperty('OAUTHCTL_CLIENT_ASSERTION')
    expect(result.stdout).not.toContain(world.env['OAUTHCTL_STORE_KEY'])
  })

  test('has it under the name of --env alone', async () => {
    const script = 'console.log([process.env.API_TOKEN, process.env.ACCESS_TOKEN].join())'
    const result = await world.run(['exec', 'work', '--env', 'API_TOKEN', '--', ...node(script)])
    expect(result).toMatchObject({ code: 0, stdout: `${TOKEN},\n` })
    const bad = await world.run(['exec', '--env', 'A=B', '--', 'true'])
    expect(bad).toMatchObject({ code: 2, stdout: '' })
  })
})

describe('the command line of the child', () => {
  test('is everything behind the first --, word by word and without a shell', async () => {
    const words = ['-p', 'nobody', '--json', '--help', '--', '$HOME', 'a b', '', '*', '; exit 9']
    const result = await world.run([
      'exec',
      '--',
      ...node('console.log(JSON.stringify(process.argv.slice(1)))'),
      '--',
      ...words,
    ])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(result.stdout)).toEqual(words)
  })

  test.each([
    [['exec'], 2, '-- COMMAND'],
    [['exec', 'work'], 2, '-- COMMAND'],
    [['exec', 'work', '--'], 2, '-- COMMAND'],
    [['exec', 'work', 'true'], 2, 'takes one argument'],
    [['exec', 'nobody', '--', 'true'], 2, 'nobody'],
    [['exec', '--', 'no-such-command'], 127, 'no-such-command'],
    [['exec', '--', '/no/such/command'], 127, '/no/such/command'],
    [['exec', '--', '/etc'], 126, '/etc'],
  ])('%j ends with %i', async (args, code, told) => {
    const result = await world.run(args)
    expect(result).toMatchObject({ code, stdout: '' })
    expect(result.stderr).toContain('error: ')
    expect(result.stderr).toContain(told)
  })

  test('a file without permission is 126, also in the JSON error', async () => {
    const script = join(world.root, 'script')
    writeFileSync(script, '#!/bin/sh\n')
    chmodSync(script, 0o600)
    const result = await world.run(['exec', '--json', '--', script])
    expect(result).toMatchObject({ code: 126, stdout: '' })
    expect(JSON.parse(result.stderr)).toMatchObject({
      error: { code: 'command_not_executable', exit_code: 126 },
    })
  })

  test('without a session nothing is run', async () => {
    const other = createWorld()
    const result = await other.run(['exec', '--', 'echo', 'ran'])
    expect(result).toMatchObject({ code: 3, stdout: '' })
    await other.close()
  })
})

describe('the end of the child', () => {
  test.each([0, 1, 2, 7, 126, 127, 128, 130, 143, 255])('with %i is the end', async (code) => {
    const result = await world.run(['exec', '--', 'sh', '-c', `exit ${code}`])
    expect(result).toEqual({ code, signal: null, stdout: '', stderr: '' })
  })

  const signals = [
    'SIGINT',
    'SIGTERM',
    'SIGHUP',
    'SIGKILL',
    'SIGUSR1',
    'SIGPIPE',
    'SIGALRM',
  ] as const
  test.each(signals)('by %s is a death by that signal', async (signal) => {
    const script = `kill -${signal.slice(3)} $$; sleep 5`
    const result = await world.run(['exec', '--', 'sh', '-c', script])
    expect(result).toEqual({ code: null, signal, stdout: '', stderr: '' })
  })

  test('takes standard input and output as they are', async () => {
    const input = Buffer.alloc(3_000_000, 'x')
    const result = await world.run(['exec', '--', 'wc', '-c'], { input })
    expect(result).toMatchObject({ code: 0, stdout: `${input.length}\n` })
  })
})

// In a session without a terminal, wherever the tests themselves run.
const setsid = ['setsid', '--wait', process.execPath, programPath] as const

describe.runIf(process.platform === 'linux')('a signal to oauthctl', () => {
  // Not SIGQUIT: whoever starts the tests may have it blocked, and that is inherited.
  test.each(['INT', 'TERM', 'HUP'])('SIG%s reaches the child, which has its say', async (name) => {
    // sh runs a trap between two short sleeps.
    const script = `trap 'echo got; exit 5' ${name}; echo up $PPID; while :; do sleep 0.05; done`
    const running = world.start(['exec', '--', 'sh', '-c', script], { command: [...setsid] })
    const [, parent] = await running.waitForStdout(/up (\d+)/)
    process.kill(Number(parent), `SIG${name}`)
    const result = await running.exited
    expect(result).toMatchObject({ code: 5, stderr: '' })
    expect(result.stdout).toMatch(/got\n$/)
  })

  test('a child that does not heed it is waited for', async () => {
    const script = `trap '' TERM; echo up $PPID; sleep 1; echo done; exit 3`
    const running = world.start(['exec', '--', 'sh', '-c', script], { command: [...setsid] })
    const [, parent] = await running.waitForStdout(/up (\d+)/)
    process.kill(Number(parent), 'SIGTERM')
    expect(await running.exited).toMatchObject({ code: 3, stdout: expect.stringContaining('done') })
  })

  test('Ctrl-C comes to the child once, and oauthctl does not die before it', async () => {
    const folder = join(world.root, 'ctrl-c')
    mkdirSync(folder)
    const script = `
      let count = 0
      process.on('SIGINT', () => {
        count += 1
        if (count === 1) setTimeout(() => { console.log('times ' + count); process.exit(4) }, 400)
      })
      console.log('up')
      setInterval(() => {}, 1000)`
    const terminal = startTerminal(['exec', '--', ...node(script)], { env: world.env, cwd: folder })
    await terminal.waitFor(/up/)
    terminal.send('\x03')
    expect(await terminal.exited).toBe(4)
    expect(terminal.text()).toContain('times 1')
  })

  test('Ctrl-C is left to the terminal, which does not reach a child of another session', async () => {
    const script = `
      process.on('SIGINT', () => { console.log('passed on'); process.exit(9) })
      console.log('up')
      setTimeout(() => process.exit(4), 1000)`
    const terminal = startTerminal(['exec', '--', 'setsid', ...node(script)], { env: world.env })
    await terminal.waitFor(/up/)
    terminal.send('\x03')
    expect(await terminal.exited).toBe(4)
    expect(terminal.text()).not.toContain('passed on')
  })

  test('Ctrl-C on a child that does not handle it is a death by SIGINT', async () => {
    const terminal = startTerminal(['exec', '--', 'sh', '-c', 'echo up; sleep 20'], {
      env: world.env,
    })
    await terminal.waitFor(/up/)
    terminal.send('\x03')
    expect(await terminal.exited).toBe(130)
  })
})
