import type { Paths } from './config/paths.ts'
import type { ProfileStore } from './config/profile-store.ts'
import type { ProfileFile } from './config/profile-file.ts'
import type { ResolvedSettings } from './config/resolve-settings.ts'
import type { Output } from './output/output.ts'
import type { Browser } from './ports/browser.ts'
import type { ByteStreams } from './ports/byte-streams.ts'
import type { Children } from './ports/children.ts'
import type { Clock } from './ports/clock.ts'
import type { Fetch } from './ports/fetch.ts'
import type { Interruption } from './ports/interruption.ts'
import type { Locks } from './ports/lock.ts'
import type { Prompter } from './ports/prompter.ts'
import type { Random } from './ports/random.ts'
import type { SecretStore, StoreKind } from './ports/secret-store.ts'
import type { StreamFetch } from './ports/stream-fetch.ts'
import type { DocumentCache } from './protocol/metadata-cache.ts'
import type { TerminalInput } from './prompts/paste-reader.ts'
import type { RefreshJournal } from './stores/refresh-journal.ts'
import type { SessionIndex } from './stores/session-index.ts'
import type { Redactor } from './text/redact.ts'

/** Everything that a command may touch, put together in one place (main.ts). */
export interface Context {
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
  paths: Paths
  clock: Clock
  random: Random
  output: Output
  redactor: Redactor
  /** What talks to an authorization server; loaded by the first call. */
  online(): Promise<typeof import('./online.ts')>
  fetch: Fetch
  stream: StreamFetch
  /** Throws now what a request to this address would be refused with before it is sent. */
  checkRequest(url: string): Promise<void>
  documents: DocumentCache
  locks: Locks
  index: SessionIndex
  journal: RefreshJournal
  /** Opens a store of this kind; throws a `StoreError` when the kind cannot work here at all. */
  openStore(kind: StoreKind): SecretStore
  profiles: ProfileStore
  /** The profile file as it was when the command started. */
  profileFile: ProfileFile
  /** The chosen profile and its settings, options and variables applied. */
  profileName: string
  /** True when the user named the profile, false for the default. */
  profileNamed: boolean
  profileExists: boolean
  /** The same run for another profile, with that profile's own settings and connections. */
  forProfile(name: string, options: { store: string }): Context
  settings: ResolvedSettings
  prompter: Prompter
  /** Standard input as a terminal, or undefined where it is none. */
  terminal: TerminalInput | undefined
  readStdin(): Promise<string>
  bytes: ByteStreams
  children: Children
  /** The CI job's own identity token (`--identity`), for an audience. */
  fetchIdentity(source: string, wish: { audience: string }): Promise<string>
  /** Runs a shell command for a `cmd:` secret and gives what it printed. */
  runShell(command: string): Promise<string>
  browser(commands: string[]): Browser
  interruption: Interruption
}
