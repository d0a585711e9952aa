import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { robotBrowser } from './project.ts'
import {
  runOauthctl,
  startOauthctl,
  type Env,
  type Result,
  type RunOptions,
  type Running,
  type StartOptions,
} from './program.ts'

export interface World {
  /** The temporary folder that everything below stands in. */
  root: string
  home: string
  /** `config.json` of the profiles, which need not exist. */
  configFile: string
  /** The state folder: sessions, locks, caches. */
  stateDir: string
  /** First in PATH: programs written here win over the system's. */
  bin: string
  /** The whole environment of a program in this world; tests may change it. */
  env: Env
  /** Runs oauthctl in this world to its end; `options.env` is added to the world's. */
  run(args: readonly string[], options?: RunOptions): Promise<Result>
  /** Starts oauthctl in this world. */
  start(args: readonly string[], options?: StartOptions): Running
  /** `run(['login', ...args, '--browser', robot])`: a login that the robot completes. */
  login(args: readonly string[], options?: RunOptions): Promise<Result>
  writeConfig(config: object): void
  readConfig(): unknown
  /** The addresses that the system's browser was asked to open: a stand-in is first in PATH. */
  openedUrls(): string[]
  /** Kills what still runs and deletes the folder. */
  close(): Promise<void>
}

// Stands in for the desktop's opener, so that a test never opens a browser by accident.
const opener = '#!/bin/sh\nprintf \'%s\\n\' "$1" >> "$OAUTHCTL_TEST_OPENED"\n'

function createEnv(root: string, home: string, bin: string): Env {
  return {
    PATH: [bin, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
    HOME: home,
    TMPDIR: join(root, 'tmp'),
    LANG: 'C.UTF-8',
    SHELL: '/bin/sh',
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_STATE_HOME: join(home, '.local', 'state'),
    OAUTHCTL_STORE: 'file',
    OAUTHCTL_STORE_KEY: randomBytes(32).toString('base64'),
    OAUTHCTL_TEST_OPENED: join(root, 'opened'),
  }
}

/**
 * A private machine for one test: its own home, configuration, state and store key, a short PATH,
 * and none of this process' environment (no CI, D-Bus, proxy or display variables).
 */
export function createWorld(extra: Env = {}): World {
  const root = mkdtempSync(join(tmpdir(), 'oauthctl-test-'))
  const home = join(root, 'home')
  const bin = join(root, 'bin')
  for (const folder of [home, bin, join(root, 'tmp')]) mkdirSync(folder)
  for (const name of ['xdg-open', 'open']) writeFileSync(join(bin, name), opener, { mode: 0o755 })

  const env = { ...createEnv(root, home, bin), ...extra }
  const configFile = join(home, '.config', 'oauthctl', 'config.json')
  const running = new Set<Running>()

  function start(args: readonly string[], options: StartOptions = {}): Running {
    const started = startOauthctl(args, {
      cwd: home,
      ...options,
      env: { ...env, ...options.env },
    })
    running.add(started)
    started.exited.then(
      () => running.delete(started),
      () => undefined,
    )
    return started
  }

  function run(args: readonly string[], options: RunOptions = {}): Promise<Result> {
    return runOauthctl(args, { cwd: home, ...options, env: { ...env, ...options.env } })
  }

  return {
    root,
    home,
    configFile,
    stateDir: join(home, '.local', 'state', 'oauthctl'),
    bin,
    env,
    start,
    run,
    login: (args, options) => run(['login', ...args, '--browser', robotBrowser], options),
    writeConfig(config) {
      mkdirSync(dirname(configFile), { recursive: true, mode: 0o700 })
      writeFileSync(configFile, JSON.stringify(config, null, 2), { mode: 0o600 })
    },
    readConfig: () => JSON.parse(readFileSync(configFile, 'utf8')) as unknown,
    openedUrls() {
      const log = join(root, 'opened')
      return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
    },
    async close() {
      const left = [...running]
      for (const one of left) one.kill('SIGKILL')
      await Promise.all(left.map((one) => one.exited))
      rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    },
  }
}
