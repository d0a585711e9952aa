// `npm run bench`: how long the everyday starts take, each as a ratio to `node -e 0` measured in the
// same run. Every round starts each program once, so that a busy moment slows all of them alike.
// Options: `--rounds N` (21 and more give steady medians).
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../..', import.meta.url))
const program = join(root, 'bin', 'oauthctl.cjs')
const TOKEN = 'written-access-token-0123456789'
const AIM = { '--version': 1.5, 'token, file store': 1.5, 'token, keychain': 1.8 }
const DEFAULT_ROUNDS = 41

/** Bundles the writers of the tests, which use the real stores. */
async function loadWriters(folder) {
  const outfile = join(folder, 'writers.mjs')
  await build({
    stdin: {
      contents: `export { writeSession } from './test/support/written-session.ts'
        export { startKeyringSession } from './test/support/keyring-session.ts'
        export { findProgram } from './test/support/requirements.ts'`,
      resolveDir: root,
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['keytar'],
    logLevel: 'error',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
    },
  })
  return import(outfile)
}

/** A private machine: nothing of the developer's own environment slows or speeds what is measured. */
function privateEnv(folder, name) {
  const home = join(folder, name)
  const state = join(home, 'state')
  mkdirSync(state, { recursive: true, mode: 0o700 })
  return {
    env: { PATH: process.env.PATH, HOME: home, XDG_STATE_HOME: state, XDG_CONFIG_HOME: home },
    stateDir: join(state, 'oauthctl'),
  }
}

async function fileCase(folder, { writeSession }) {
  const { env, stateDir } = privateEnv(folder, 'file')
  env.OAUTHCTL_STORE = 'file'
  env.OAUTHCTL_STORE_KEY = randomBytes(32).toString('base64')
  await writeSession({ kind: 'file', stateDir, env, accessToken: TOKEN, expiresIn: 86_400 })
  return { name: 'token, file store', args: [program, 'token'], env, prints: TOKEN }
}

/** The case, or which packages it lacks. */
async function keychainCase(folder, { writeSession, startKeyringSession, findProgram }) {
  const needs = {
    'dbus-daemon': 'dbus',
    'dbus-send': 'dbus',
    'gnome-keyring-daemon': 'gnome-keyring',
  }
  const lacking = Object.keys(needs).filter((name) => findProgram(name) === undefined)
  if (process.platform !== 'linux')
    return { missing: 'Linux, where a private keychain can be made' }
  if (lacking.length > 0) {
    return { missing: [...new Set(lacking.map((name) => needs[name]))].join(', ') }
  }
  const keyring = await startKeyringSession()
  const { env, stateDir } = privateEnv(folder, 'keychain')
  env.DBUS_SESSION_BUS_ADDRESS = keyring.env.DBUS_SESSION_BUS_ADDRESS
  // The binding reads the bus from the environment of its own process.
  process.env.DBUS_SESSION_BUS_ADDRESS = env.DBUS_SESSION_BUS_ADDRESS
  await writeSession({ kind: 'keychain', stateDir, env, accessToken: TOKEN, expiresIn: 86_400 })
  return {
    stop: keyring.stop,
    measured: { name: 'token, keychain', args: [program, 'token'], env, prints: TOKEN },
  }
}

function timeOf({ name, args, env, prints }) {
  const started = process.hrtime.bigint()
  const result = spawnSync(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const took = Number(process.hrtime.bigint() - started) / 1e6
  const said = `${result.stdout}${result.stderr}`
  if (result.status !== 0 || !said.includes(prints)) throw new Error(`${name} failed: ${said}`)
  return took
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

function measure(cases, rounds) {
  const times = new Map(cases.map((one) => [one.name, []]))
  // The first starts fill the machine's caches and do not count.
  for (const one of cases) for (let n = 0; n < 3; n++) timeOf(one)
  for (let round = 0; round < rounds; round++) {
    // Another one begins each round, so that no program always follows the same one.
    const turn = round % cases.length
    for (const one of [...cases.slice(turn), ...cases.slice(0, turn)]) {
      times.get(one.name).push(timeOf(one))
    }
  }
  return times
}

function print(times, aims) {
  const [[, base]] = times
  const row = (cells) =>
    console.log(cells.map((cell, at) => (at === 0 ? cell.padEnd(20) : cell.padStart(10))).join(''))
  row(['', 'median', 'ratio', 'aim'])
  for (const [name, list] of times) {
    const ratio = (median(list) / median(base)).toFixed(2)
    row([name, `${median(list).toFixed(1)} ms`, ratio, aims.get(name)?.toFixed(1) ?? ''])
  }
}

function readRounds() {
  const { values } = parseArgs({ options: { rounds: { type: 'string' } } })
  const rounds = Number(values.rounds ?? DEFAULT_ROUNDS)
  if (Number.isInteger(rounds) && rounds > 0) return rounds
  console.error('--rounds takes a number above 0')
  process.exit(2)
}

const rounds = readRounds()
// Reading more certificates would be measured as the start of every program.
delete process.env.NODE_EXTRA_CA_CERTS
// Inside the project, so that the keychain binding is found.
mkdirSync(join(root, 'build'), { recursive: true })
const folder = mkdtempSync(join(root, 'build', 'bench-'))
const scratch = mkdtempSync(join(tmpdir(), 'oauthctl-bench-'))
let keychain
try {
  const writers = await loadWriters(folder)
  keychain = await keychainCase(scratch, writers)
  const { env } = privateEnv(scratch, 'plain')
  const cases = [
    { name: 'node -e 0', args: ['-e', '0'], env, prints: '' },
    { name: '--version', args: [program, '--version'], env, prints: 'oauthctl ' },
    ...(keychain.measured ? [keychain.measured] : []),
    await fileCase(scratch, writers),
  ]
  const aims = new Map(cases.slice(1).map(({ name }) => [name, AIM[name]]))
  console.log(`Node ${process.versions.node}, ${rounds} rounds`)
  print(measure(cases, rounds), aims)
  if (keychain.missing) console.log(`token, keychain: skipped; it needs ${keychain.missing}`)
} finally {
  await keychain?.stop?.()
  for (const one of [folder, scratch]) rmSync(one, { recursive: true, force: true })
}
