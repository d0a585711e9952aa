import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { startInTerminal } from './terminal.ts'
import { createWorld, type World } from './world.ts'

let world: World | undefined

function newWorld(): World {
  world = createWorld()
  return world
}

afterEach(async () => {
  await world?.close()
  world = undefined
})

function node(script: string): readonly [string, ...string[]] {
  return [process.execPath, '-e', script]
}

describe('a program in a world of its own', () => {
  test('inherits nothing of this process', async () => {
    const { run } = newWorld()
    const command = node('console.log(JSON.stringify(process.env))')
    const result = await run([], { command, env: { EXTRA: 'yes', LANG: undefined } })
    const env = JSON.parse(result.stdout) as Record<string, string>
    expect(env['EXTRA']).toBe('yes')
    for (const name of ['CI', 'LANG', 'DBUS_SESSION_BUS_ADDRESS', 'HTTPS_PROXY', 'VITEST'])
      expect(env[name]).toBeUndefined()
    expect(env['HOME']?.startsWith(world?.root ?? 'x')).toBe(true)
  })

  test('gets its input and tells its end', async () => {
    const { run, start } = newWorld()
    const echo = node('process.stdin.pipe(process.stdout)')
    expect(await run([], { command: echo, input: 'hello' })).toEqual({
      code: 0,
      signal: null,
      stdout: 'hello',
      stderr: '',
    })
    const waiting = start([], {
      command: node('console.error("ready 42"); setInterval(() => {}, 1000)'),
    })
    expect((await waiting.waitForStderr(/ready (\d+)/))[1]).toBe('42')
    waiting.kill('SIGINT')
    expect(await waiting.exited).toMatchObject({ code: null, signal: 'SIGINT' })
    await expect(waiting.waitForStderr(/never/)).rejects.toThrow('stderr ended without')
  })

  test('does not run for ever', async () => {
    const { run } = newWorld()
    const command = node('setInterval(() => {}, 1000)')
    await expect(run([], { command, timeoutMs: 300 })).rejects.toThrow('still ran after 300 ms')
  })

  test('opens no browser of this machine, and leaves nothing', async () => {
    const own = newWorld()
    await own.run(['https://example.com/?a=1&b=2'], { command: ['xdg-open'] })
    expect(own.openedUrls()).toEqual(['https://example.com/?a=1&b=2'])
    await own.close()
    expect(existsSync(own.root)).toBe(false)
  })
})

describe.runIf(process.platform === 'linux')('a pseudo-terminal', () => {
  test('takes keys, shows text and gives the exit code', async () => {
    const { env, root } = newWorld()
    const script = join(root, 'ask.cjs')
    writeFileSync(
      script,
      `process.stdout.write('name? ')
       process.stdin.once('data', (name) => {
         console.log([process.stdin.isTTY, process.stderr.columns, String(name).trim()].join(' '))
         process.exit(7)
       })`,
    )
    const terminal = startInTerminal([process.execPath, script], { env })
    await terminal.waitFor(/name\?/)
    terminal.send('Ada\r')
    expect(await terminal.exited).toBe(7)
    expect(terminal.text()).toContain('true 100 Ada')
  })

  test('Ctrl-C is a death by SIGINT', async () => {
    const { env } = newWorld()
    const command = node('console.log("up"); setInterval(() => {}, 1000)')
    const terminal = startInTerminal(command, { env })
    await terminal.waitFor(/up/)
    terminal.send('\x03')
    expect(await terminal.exited).toBe(130)
  })
})
