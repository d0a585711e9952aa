import { execFileSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { projectRoot } from '../support/project.ts'
import { createWorld, type World } from '../support/world.ts'

let world: World

beforeAll(() => {
  execFileSync(process.execPath, ['build.mjs', 'playground'], { cwd: projectRoot })
})
beforeEach(() => {
  world = createWorld()
})
afterEach(() => world.close())

function start(args: readonly string[]) {
  const command = [process.execPath, join(projectRoot, 'build', 'playground.mjs')] as const
  return world.start(args, { command, timeoutMs: 60_000 })
}

function leftovers(): string[] {
  return readdirSync(join(world.root, 'tmp'))
}

test('tells the whole story and leaves nothing', async () => {
  const { code, stdout, stderr } = await start([]).exited
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const command of ['login', 'status', 'token', 'refresh', 'userinfo', 'logout'])
    expect(stdout).toContain(`$ oauthctl ${command}`)
  expect(stdout).toContain('so a small robot fills in the login pages')
  expect(stdout).toContain('Hello, user-demo')
  // No token as a whole, no colour in a pipe, no remark of a dependency.
  expect(stdout).not.toMatch(/[\w-]{43}\n|WARNING|Warning/)
  expect(stdout).not.toContain('\u001b')
  expect(leftovers()).toEqual([])
})

test('fails when a step fails, and leaves nothing', async () => {
  writeFileSync(join(world.bin, 'curl'), '#!/bin/sh\nexit 22\n', { mode: 0o755 })
  const { code, stderr } = await start(['--file']).exited
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: '\nplayground: curl ended with exit code 22\n',
  })
  expect(leftovers()).toEqual([])
})

test('dies of Ctrl-C in the middle, and leaves nothing', async () => {
  const playground = start(['--file'])
  await playground.waitForStdout(/\$ oauthctl login/)
  playground.kill('SIGINT')
  expect(await playground.exited).toMatchObject({ code: null, signal: 'SIGINT' })
  expect(leftovers()).toEqual([])
})

test('--keep leaves a server to play with, until Ctrl-C', async () => {
  const playground = start(['--keep', '--robot'])
  await playground.waitForStdout(/Ctrl-C stops the server/)
  const issuer = (await playground.waitForStdout(/Server {5}(\S+)/))[1] ?? ''
  expect((await fetch(`${issuer}/jwks`)).status).toBe(200)
  playground.kill('SIGINT')
  expect(await playground.exited).toMatchObject({ code: 0, stderr: '' })
  await expect(fetch(`${issuer}/jwks`)).rejects.toThrow('fetch failed')
  expect(leftovers()).toEqual([])
})
