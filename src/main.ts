// The composition root of everything but the start-up fast path (entry.ts): the one place that
// knows the process, the real streams and every adapter.
import { join } from 'node:path'
import { createBrowser } from './browser/browser.ts'
import { withoutSecrets } from './browser/child-environment.ts'
import { openInSystemBrowser } from './browser/system-browser.ts'
import { runCli } from './cli/run.ts'
import { COMMANDS } from './commands/registry.ts'
import { findPaths } from './config/paths.ts'
import { chooseProfile } from './config/profile-choice.ts'
import { parseProfileFile } from './config/profile-file.ts'
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
import { createStreamWriter } from './output/stream-writer.ts'
import { createStyle } from './output/style.ts'
import type { SecretStore, StoreKind } from './ports/secret-store.ts'
import { createPrompter } from './prompts/prompter.ts'
import { createDocumentCache } from './protocol/metadata-cache.ts'
import { installInterruption } from './signals.ts'
import { NO_INDEX, NO_JOURNAL, NO_LOCKS, unplacedState } from './stores/no-state.ts'
import { createFirstReads, type FirstRead } from './stores/first-read.ts'
import { indexFolder } from './stores/places.ts'
import { createRefreshJournal } from './stores/refresh-journal.ts'
import { openStore } from './stores/registry.ts'
import { createSessionIndex } from './stores/session-index.ts'
import { readAll, runShell, systemClock as clock, systemRandom as random } from './system.ts'
import { createRedactor } from './text/redact.ts'
import { createHttp, type Http } from './transport/http.ts'

declare const OAUTHCTL_VERSION: string

const REQUEST_TIMEOUT = 30

type Options = Record<string, unknown>

/**
 * Runs one command line in this process and sets its exit code. `firstRead` is what the start-up has
 * read from a store already.
 */
export async function main(proc: NodeJS.Process, firstRead?: FirstRead): Promise<void> {
  const { platform } = proc
  const env = takeEnvironment(proc)
  const redactor = createRedactor()
  const cleanUps: (() => void)[] = []
  const interruption = installInterruption(proc, () => {
    for (const cleanUp of cleanUps) cleanUp()
    if (proc.stdin.isTTY) proc.stdin.setRawMode(false)
  })
  const { write: stdout, flushed } = createStreamWriter(proc.stdout)
  const { write: stderr } = createStreamWriter(proc.stderr)
  const connections: Http[] = []

  const outputFor = (options: Options, variables = env): Output => {
    const never = options['color'] === false
    return createOutput({
      stdout,
      stderr,
      json: truth(options['json'], variables, 'JSON'),
      quiet: truth(options['quiet'], variables, 'QUIET'),
      verbosity:
        Number(options['verbose'] ?? 0) || (truth(undefined, variables, 'VERBOSE') ? 1 : 0),
      width: proc.stdout.isTTY ? proc.stdout.columns : Number.POSITIVE_INFINITY,
      outStyle: createStyle({ env, isTerminal: proc.stdout.isTTY, never }),
      errStyle: createStyle({ env, isTerminal: proc.stderr.isTTY, never }),
      redactor,
    })
  }

  const assemble = (
    options: Options,
    profileArgument: string | undefined,
    readProfiles: boolean,
  ): Context => {
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
    const firstReads = createFirstReads(firstRead)
    const profiles = createProfileStore(paths.configFile, locks)
    const profileFile = readProfiles ? profiles.load() : parseProfileFile(undefined, '')
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
        ? once((url) => output.warn(`${url.host} is spoken to without encryption (--allow-http)`))
        : undefined,
      userAgent: `oauthctl/${OAUTHCTL_VERSION}`,
      signal: interruption.signal,
      onExchange: output.exchange,
    })
    connections.push(http)
    const stores = new Map<StoreKind, SecretStore>()
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
      online: () => import('./online.ts'),
      fetch: http.fetch,
      documents: createDocumentCache(state && join(state, 'cache')),
      locks: firstReads.locks(locks),
      index: state ? createSessionIndex({ folder: indexFolder(state) }) : NO_INDEX,
      journal: state ? createRefreshJournal({ folder: join(state, 'journal'), clock }) : NO_JOURNAL,
      openStore(kind) {
        if (!state && kind !== 'none') throw unplacedState()
        const { signal } = interruption
        const deps = { platform, env, stateFolder: state ?? '', random, clock, signal }
        const store = stores.get(kind) ?? firstReads.store(openStore(kind, deps))
        stores.set(kind, store)
        return store
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
        createBrowser({
          commands,
          platform,
          env,
          clock,
          openInSystem: (url) => openInSystemBrowser(url, clock),
          allowHttp: values.allow_http ?? false,
        }),
      interruption,
    }
  }

  const argv = proc.argv.slice(2)
  const exitCode = await runCli(argv, {
    version: OAUTHCTL_VERSION,
    commands: COMMANDS,
    // For errors in the command line itself, before its options and variables have been checked.
    output: outputFor(
      {
        json: argv.includes('--json') || /^(1|true)$/i.test(env['OAUTHCTL_JSON'] ?? ''),
        color: !argv.includes('--no-color'),
      },
      {},
    ),
    redactor,
    stdout,
    stderr,
    flushed,
    assemble,
  })
  for (const http of connections) await http.close()
  if (exitCode === EXIT.interrupted) return interruption.interrupt()
  interruption.uninstall()
  proc.exitCode = exitCode
}

/**
 * Our own copy of the environment; the process keeps it without our secrets, so that no child that
 * a library starts can inherit them.
 */
function takeEnvironment(proc: NodeJS.Process): Record<string, string | undefined> {
  const env = { ...proc.env }
  // Tokens travel to servers that prove who they are, whatever is set for other programs; --ca is
  // the way for a certificate authority of one's own.
  delete proc.env['NODE_TLS_REJECT_UNAUTHORIZED']
  const kept = withoutSecrets(env)
  for (const name of Object.keys(env)) if (!(name in kept)) delete proc.env[name]
  return env
}

/** Calls `tell` for each host once in a run. */
function once(tell: (url: URL) => void): (url: URL) => void {
  const told = new Set<string>()
  return (url) => {
    if (!told.has(url.host)) tell(url)
    told.add(url.host)
  }
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

function truth(option: unknown, env: Record<string, string | undefined>, name: string): boolean {
  if (option !== undefined) return option === true
  const variable = `OAUTHCTL_${name}`
  return flag(env[variable] ?? '', variable)
}
