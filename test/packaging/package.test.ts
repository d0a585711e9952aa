import { existsSync, readFileSync, realpathSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { runOauthctl, type Result } from '../support/program.ts'
import { createWorld, type World } from '../support/world.ts'
import { writeSession } from '../support/written-session.ts'
import { packagesInside } from './bundled.ts'
import { install, nodeBinaries, pack, type Installed, type Packed } from './installed.ts'

const TOKEN = 'written-access-token-0123456789'

describe('the package', () => {
  let packed: Packed
  let installed: Installed
  beforeAll(() => {
    packed = pack()
    installed = install(packed)
  })
  afterAll(() => packed?.remove())

  test('has the program, its licences and its description, and nothing else', () => {
    const paths = packed.files.map(({ path }) => path)
    const ours =
      /^(?:bin\/oauthctl\.cjs|dist\/(?:oauthctl\.cjs|main\.mjs|chunks\/[\w.-]+\.mjs|THIRD-PARTY-LICENSES\.md)|README\.md|LICENSE|package\.json)$/
    expect(paths.filter((path) => !ours.test(path))).toEqual([])
    expect(paths).toEqual(
      expect.arrayContaining([
        'bin/oauthctl.cjs',
        'dist/oauthctl.cjs',
        'dist/main.mjs',
        'dist/THIRD-PARTY-LICENSES.md',
        'README.md',
        'LICENSE',
        'package.json',
      ]),
    )
    expect(packed.files.find(({ path }) => path === 'bin/oauthctl.cjs')?.mode).toBe(0o755)
  })

  test('is smaller than a megabyte', () => {
    expect(packed.size).toBeLessThan(1_000_000)
  })

  test('names no path of the machine that built it', () => {
    for (const { path } of packed.files.filter((file) => file.path.startsWith('dist/'))) {
      const text = readFileSync(join(installed.folder, path), 'utf8')
      expect(text.includes(dirname(realpathSync(process.execPath))), path).toBe(false)
      expect(text, path).not.toMatch(/sourceMappingURL/)
    }
  })

  test('passes on the licence of every package inside it', () => {
    const dist = join(installed.folder, 'dist')
    const licences = readFileSync(join(dist, 'THIRD-PARTY-LICENSES.md'), 'utf8')
    const inside = packagesInside(dist)
    expect(inside).toEqual(
      expect.arrayContaining(['commander', 'jose', 'oauth4webapi', 'open', 'undici']),
    )
    for (const name of inside) {
      const [, text] =
        new RegExp(`^## ${name} \\S+\\n([^]*?)(?=^## |(?![^]))`, 'm').exec(licences) ?? []
      expect(text?.length, name).toBeGreaterThan(500)
      expect(text, name).toMatch(/copyright|public domain/i)
    }
  })

  test('installs without a warning', () => {
    expect(installed.said).not.toMatch(/warn/i)
    expect(realpathSync(installed.bin)).toBe(
      realpathSync(join(installed.folder, 'bin', 'oauthctl.cjs')),
    )
  })

  describe.each(nodeBinaries())('installed, on $name', ({ path }) => {
    let world: World
    let node: string
    beforeAll(async () => {
      node = path()
      world = createWorld()
      await writeSession({ kind: 'file', stateDir: world.stateDir, env: world.env })
    }, 120_000)
    afterAll(() => world?.close())

    const run = (args: readonly string[], env = world.env): Promise<Result> =>
      runOauthctl(args, { env, cwd: world.home, command: [node, installed.bin] })

    test.each([
      [['--version'], /^oauthctl \d+\.\d+\.\d+\n$/],
      [['-V'], /^oauthctl \d+\.\d+\.\d+\n$/],
      [['--help'], /^Usage: oauthctl [^]*\n {2}token/],
      [['token', '--help'], /^Usage: oauthctl token [^]*--min-ttl/],
      [['status'], /default +https:\/\/login\.example\.com/],
      [['token'], new RegExp(`^${TOKEN}\n$`)],
      [['token', '--output', 'header'], new RegExp(`^Authorization: Bearer ${TOKEN}\n$`)],
      [['token', '--verbose'], new RegExp(`^${TOKEN}\n$`)],
      [['completion', 'bash'], /^# bash completion/],
    ])('%j', async (args, stdout) => {
      expect(await run(args)).toEqual({
        code: 0,
        signal: null,
        stdout: expect.stringMatching(stdout),
        stderr: '',
      })
    })

    test('says what is wrong in its own words only', async () => {
      const result = await run(['token', '--no-such-option'])
      expect(result).toMatchObject({ code: 2, stdout: '' })
      expect(result.stderr).toMatch(/^error: [^\n]+\n {2}[^\n]+\n$/)
    })

    test('the keychain is reached as far as there is one', async () => {
      const env = { ...world.env, OAUTHCTL_STORE: undefined, OAUTHCTL_STORE_KEY: undefined }
      const result = await run(['token'], env)
      expect(result).toMatchObject({ code: 7, stdout: '' })
      expect(result.stderr).toMatch(/^error: [^\n]*keychain[^\n]+\n {2}[^\n]+--unlock[^\n]*\n$/)
    })
  })

  test('the linked program runs by its own name', async () => {
    const world = createWorld()
    onTestFinished(world.close)
    const env = { ...world.env, PATH: `${dirname(process.execPath)}:/usr/bin:/bin` }
    const result = await runOauthctl(['--version'], { env, command: [installed.bin] })
    expect(result).toMatchObject({ code: 0, stderr: '' })
  })

  test('without the keychain binding only the keychain store is missing', async () => {
    const binding = join(installed.folder, 'node_modules', 'keytar')
    const platformPackages = join(installed.folder, 'node_modules', '@napi-rs')
    for (const folder of [binding, platformPackages].filter(existsSync)) {
      renameSync(folder, `${folder}-away`)
      onTestFinished(() => renameSync(`${folder}-away`, folder))
    }
    const world = createWorld()
    onTestFinished(world.close)
    await writeSession({ kind: 'file', stateDir: world.stateDir, env: world.env })
    const run = (args: string[]) =>
      runOauthctl(args, { env: world.env, command: [process.execPath, installed.bin] })
    expect(await run(['token'])).toMatchObject({ code: 0, stdout: `${TOKEN}\n`, stderr: '' })
    const keychain = await run(['token', '--store', 'keychain'])
    expect(keychain).toMatchObject({ code: 7, stdout: '' })
    expect(keychain.stderr).toMatch(/^error: [^\n]*native module[^\n]*\n {2}Install oauthctl again/)
  })
})
