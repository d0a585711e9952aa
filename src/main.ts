// The composition root of everything but the start-up fast path (entry.ts): the one place that
// knows the process, the real streams and every adapter.
import { join } from 'node:path'
import { createBrowser } from './browser/browser.ts'
import { runCli } from './cli/run.ts'
import { findPaths } from './config/paths.ts'
import { chooseProfile } from './config/profile-choice.ts'
import { createProfileStore } from './config/profile-store.ts'
import { resolveSettings } from './config/resolve-settings.ts'
import { flag } from './config/setting-values.ts'
import { SETTING_NAMES, type SettingName } from './config/settings.ts'
import type { Context } from './context.ts'
import { EXIT } from './errors/exit-codes.ts'
import { createLocks } from './lock/locks.ts'
import { createProcessTable } from './lock/process-table.ts'
import { isCi } from './login/browser-plan.ts'
import { createOutput, type Output } from './output/output.ts'
import { createStyle } from './output/style.ts'
import { createPrompter } from './prompts/prompter.ts'
import { createDocumentCache } from './protocol/metadata-cache.ts'
import { installInterruption } from './signals.ts'
import { NO_INDEX, NO_JOURNAL, NO_LOCKS, unplacedState } from './stores/no-state.ts'
import { createRefreshJournal } from './stores/refresh-journal.ts'
import { openStore } from './stores/registry.ts'
import { createSessionIndex } from './stores/session-index.ts'
import { readAll, runShell, systemClock as clock, systemRandom as random } from './system.ts'
import { createRedactor } from './text/redact.ts'
import { createHttp, type Http } from './transport/http.ts'

declare const OAUTHCTL_VERSION: string

const REQUEST_TIMEOUT = 30

type Options = Record<string, unknown>

/** Runs one command line in this process and sets its exit code. */
export async function main(proc: NodeJS.Process): Promise<void> {
  const { env, platform } = proc
  const redactor = createRedactor()
  const cleanUps: (() => void)[] = []
  const interruption = installInterruption(proc, () => {
    for (const cleanUp of cleanUps) cleanUp()
    if (proc.stdin.isTTY) proc.stdin.setRawMode(false)
  })
  const stdout = writer(proc.stdout)
  const stderr = writer(proc.stderr)
  const connections: Http[] = []

  const outputFor = (options: Options): Output => {
    const never = options['color'] === false
    return createOutput({
      stdout,
      stderr,
      json: truth(options['json'], env, 'JSON'),
      quiet: truth(options['quiet'], env, 'QUIET'),
      verbosity: Number(options['verbose'] ?? 0) || (truth(undefined, env, 'VERBOSE') ? 1 : 0),
      width: proc.stdout.isTTY ? proc.stdout.columns : Number.POSITIVE_INFINITY,
      outStyle: createStyle({ env, isTerminal: proc.stdout.isTTY, never }),
      errStyle: createStyle({ env, isTerminal: proc.stderr.isTTY, never }),
      redactor,
    })
  }

  const assemble = (options: Options, profileArgument: string | undefined): Context => {
    const output = outputFor(options)
    const config = (options['config'] as string | undefined) ?? env['OAUTHCTL_CONFIG']
    const paths = findPaths({ env, platform, cwd: proc.cwd(), config })
    const state = paths.stateFolder
    const locks = state
      ? createLocks({
          folder: join(state, 'locks'),
          clock,
          random,
          processes: createProcessTable(),
        })
      : NO_LOCKS
    cleanUps.push(() => locks.releaseAll())
    const profiles = createProfileStore(paths.configFile, locks)
    const profileFile = profiles.load()
    const chosen = chooseProfile(profileFile, {
      positional: profileArgument,
      option: options['profile'] as string | undefined,
      env,
    })
    const settings = resolveSettings({
      options: settingOptions(options),
      env,
      profile: chosen.profile,
      profileName: chosen.name,
    })
    const { values } = settings
    const http = createHttp({
      clock,
      env,
      timeoutMs: (values.timeout ?? REQUEST_TIMEOUT) * 1000,
      ca: values.ca,
      proxy: values.proxy,
      allowHttp: values.allow_http
        ? (url) => output.warn(`${url.host} is spoken to without encryption (--allow-http)`)
        : undefined,
      userAgent: `oauthctl/${OAUTHCTL_VERSION}`,
      signal: interruption.signal,
      onExchange: output.exchange,
    })
    connections.push(http)
    const noInput = options['input'] === false || truth(undefined, env, 'NO_INPUT')
    const atTerminal = proc.stdin.isTTY && proc.stderr.isTTY && !noInput && !isCi(env)
    return {
      env,
      platform,
      paths,
      clock,
      random,
      output,
      redactor,
      fetch: http.fetch,
      documents: createDocumentCache(state && join(state, 'cache')),
      locks,
      index: state ? createSessionIndex({ folder: join(state, 'index') }) : NO_INDEX,
      journal: state ? createRefreshJournal({ folder: join(state, 'journal'), clock }) : NO_JOURNAL,
      openStore(kind) {
        if (!state && kind !== 'none') throw unplacedState()
        const { signal } = interruption
        return openStore(kind, { platform, env, stateFolder: state ?? '', random, clock, signal })
      },
      profiles,
      profileFile,
      profileName: chosen.name,
      profileNamed: chosen.named,
      profileExists: chosen.profile !== undefined,
      settings,
      prompter: createPrompter({
        possible: atTerminal,
        input: proc.stdin,
        output: proc.stderr,
        signal: interruption.signal,
      }),
      terminal: proc.stdin.isTTY ? proc.stdin : undefined,
      readStdin: () => readAll(proc.stdin),
      runShell: (command) => runShell(command, env, interruption.signal),
      browser: (commands) =>
        createBrowser({ commands, platform, env, clock, allowHttp: values.allow_http ?? false }),
      interruption,
    }
  }

  const argv = proc.argv.slice(2)
  const exitCode = await runCli(argv, {
    version: OAUTHCTL_VERSION,
    // For errors in the command line itself, before its options are known.
    output: outputFor({ json: argv.includes('--json'), color: !argv.includes('--no-color') }),
    redactor,
    stdout,
    stderr,
    assemble,
  })
  for (const http of connections) await http.close()
  if (exitCode === EXIT.interrupted) return interruption.interrupt()
  interruption.uninstall()
  proc.exitCode = exitCode
}

/** The options that are settings, by setting name; `--no-browser` is none. */
function settingOptions(
  options: Options,
): Partial<Record<SettingName, string | string[] | boolean>> {
  return Object.fromEntries(
    SETTING_NAMES.flatMap((name) => {
      const key = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
      const value = options[key]
      return value === undefined || (name === 'browser' && value === false) ? [] : [[name, value]]
    }),
  )
}

function truth(option: unknown, env: NodeJS.ProcessEnv, name: string): boolean {
  if (option !== undefined) return option === true
  const variable = `OAUTHCTL_${name}`
  return flag(env[variable] ?? '', variable)
}

/** Writes to a stream that may be closed early: `oauthctl token | head -0` is no error. */
function writer(stream: NodeJS.WriteStream): (text: string) => void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  return (text) => {
    stream.write(text)
  }
}
