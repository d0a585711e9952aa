// The composition root of everything but the start-up fast path (entry.ts): the one place that
// knows the process, the real streams and every adapter.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createBrowser } from './browser/browser.ts'
import { withoutSecrets } from './browser/child-environment.ts'
import { openInSystemBrowser } from './browser/system-browser.ts'
import { children } from './children.ts'
import { runCli } from './cli/run.ts'
import { settingOptions } from './cli/setting-options.ts'
import { COMMANDS } from './commands/registry.ts'
import { findPaths } from './config/paths.ts'
import { chooseProfile } from './config/profile-choice.ts'
import { parseProfileFile } from './config/profile-file.ts'
import { createProfileStore } from './config/profile-store.ts'
import { resolveSettings } from './config/resolve-settings.ts'
import { flag } from './config/setting-values.ts'
import { requestLimitMs } from './config/waits.ts'
import type { Context } from './context.ts'
import { EXIT } from './errors/exit-codes.ts'
import { InterruptedError } from './errors/families.ts'
import { renderError } from './errors/render.ts'
import { createLocks } from './lock/locks.ts'
import { createProcessTable } from './lock/process-table.ts'
import { isCi } from './login/browser-plan.ts'
import { createOutput, type Output } from './output/output.ts'
import { createStreamWriter } from './output/stream-writer.ts'
import { createStyle } from './output/style.ts'
import type { SecretStore, StoreKind } from './ports/secret-store.ts'
import { createPrompter } from './prompts/prompter.ts'
import { createDocumentCache } from './protocol/metadata-cache.ts'
import { findClientCertificate } from './sessions/client-certificate.ts'
import { installInterruption } from './signals.ts'
import { NO_INDEX, NO_JOURNAL, NO_LOCKS, unplacedState } from './stores/no-state.ts'
import { createFirstReads, type FirstRead } from './stores/first-read.ts'
import { indexFolder } from './stores/places.ts'
import { createRefreshJournal } from './stores/refresh-journal.ts'
import { openStore } from './stores/registry.ts'
import { createSessionIndex } from './stores/session-index.ts'
import {
  byteStreams,
  readAll,
  runShell,
  systemClock as clock,
  systemRandom as random,
} from './system.ts'
import { createRedactor, type Redactor } from './text/redact.ts'
import { createHttp, type Http, type HttpOptions } from './transport/http.ts'
import { withRetries } from './transport/retry.ts'

declare const OAUTHCTL_VERSION: string

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
  let current: Output | undefined
  const interruption = installInterruption(proc, (isInterrupted) => {
    for (const cleanUp of cleanUps) cleanUp()
    if (proc.stdin.isTTY) proc.stdin.setRawMode(false)
    if (isInterrupted && current?.json) tellInterrupted(current, redactor)
  })
  const { write: stdout, send, flushed } = createStreamWriter(proc.stdout)
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
    current = output
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
    const given = { options: settingOptions(options), env, profileName: chosen.name }
    // A wrong option or variable is told by every command; a wrong profile only by those that use
    // it, so that the others can show and mend it.
    resolveSettings({ ...given, profile: undefined })
    const settings = lazily(() => resolveSettings({ ...given, profile: chosen.profile }))
    const common = {
      clock,
      env,
      userAgent: `oauthctl/${OAUTHCTL_VERSION}`,
      signal: interruption.signal,
      onExchange: output.exchange,
    }
    const connected = (more: Partial<HttpOptions>): Http => {
      const { values } = settings()
      const made = createHttp({
        ...common,
        timeoutMs: requestLimitMs(values),
        ca: values.ca,
        proxy: values.proxy,
        allowHttp: values.allow_http
          ? once((url) => output.warn(`${url.host} is spoken to without encryption (--allow-http)`))
          : undefined,
        ...more,
      })
      connections.push(made)
      return made
    }
    const http = lazily(() =>
      connected({ clientCertificate: () => findClientCertificate(context) }),
    )
    const fetch = withRetries(async (url, init) => http().fetch(url, init), {
      clock,
      random,
      signal: interruption.signal,
      note: output.detail,
    })
    const fetchIdentity: Context['fetchIdentity'] = async (source, wish) => {
      const online = await import('./online.ts')
      return online.fetchIdentity(source, wish, {
        env,
        // The platform is not whom the client's certificate is for.
        fetch: connected({}).fetch,
        metadataFetch: connected(online.metadataHttpOptions()).fetch,
        readFile: (path) => readFileSync(path, 'utf8'),
        run: online.createRunCommand({ env, signal: interruption.signal }),
        runShell: (command) => runShell(command, env, interruption.signal),
        learn: redactor.learn,
        detail: output.detail,
      })
    }
    const stores = new Map<StoreKind, SecretStore>()
    const noInput = options['input'] === false || truth(undefined, env, 'NO_INPUT')
    const atTerminal = proc.stdin.isTTY && proc.stderr.isTTY && !noInput && !isCi(env)
    const context: Context = {
      env,
      platform,
      paths,
      clock,
      random,
      output,
      redactor,
      online: () => import('./online.ts'),
      fetch,
      stream: async (request) => http().stream(request),
      checkRequest: async (url) => http().check(url),
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
      forProfile: (name, more) => assemble({ ...options, ...more, profile: name }, undefined, true),
      get settings() {
        return settings()
      },
      prompter: createPrompter({
        possible: atTerminal,
        input: proc.stdin,
        output: proc.stderr,
        signal: interruption.signal,
      }),
      terminal: proc.stdin.isTTY ? proc.stdin : undefined,
      readStdin: () => readAll(proc.stdin),
      bytes: byteStreams(proc, send),
      children,
      fetchIdentity,
      runShell: (command) => runShell(command, env, interruption.signal),
      browser: (commands) =>
        createBrowser({
          commands,
          platform,
          env,
          clock,
          openInSystem: (url, signal) => openInSystemBrowser(url, clock, signal),
          allowHttp: settings().values.allow_http ?? false,
        }),
      interruption,
    }
    return context
  }

  const argv = proc.argv.slice(2)
  // For errors in the command line itself, before its options and variables have been checked.
  const output = outputFor(
    {
      json: argv.includes('--json') || /^(1|true)$/i.test(env['OAUTHCTL_JSON'] ?? ''),
      color: !argv.includes('--no-color'),
    },
    {},
  )
  current = output
  const ending = await runCli(argv, {
    version: OAUTHCTL_VERSION,
    commands: COMMANDS,
    output,
    redactor,
    stdout,
    stderr,
    flushed,
    assemble,
  })
  for (const http of connections) await http.close()
  if (ending === EXIT.interrupted) return interruption.interrupt()
  if (typeof ending !== 'object') proc.exitCode = ending
  else if ('exited' in ending) proc.exitCode = ending.exited
  else return interruption.dieBy(ending.killedBy)
  interruption.uninstall()
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

/** The last line of a `--json` run that ends by Ctrl-C; who pressed it at a terminal knows it. */
function tellInterrupted(output: Output, redactor: Redactor): void {
  const options = { redactor, verbose: false, mark: (text: string) => text }
  const { lines, document } = renderError(new InterruptedError(), options)
  output.problem(lines, document)
}

/** What `make` gives, made by the first call. */
function lazily<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

/** Calls `tell` for each host once in a run. */
function once(tell: (url: URL) => void): (url: URL) => void {
  const told = new Set<string>()
  return (url) => {
    if (!told.has(url.host)) tell(url)
    told.add(url.host)
  }
}

function truth(option: unknown, env: Record<string, string | undefined>, name: string): boolean {
  if (option !== undefined) return option === true
  const variable = `OAUTHCTL_${name}`
  return flag(env[variable] ?? '', variable)
}
