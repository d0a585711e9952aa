import type { Fetch } from '../ports/fetch.ts'

/** Variables of this process, as `process.env` has them. */
export type Variables = Record<string, string | undefined>

export interface IdentityWish {
  /** The `aud` that the receiver of the token expects (RFC 7519 section 4.1.3). */
  audience: string
}

export interface IdentityDeps {
  env: Variables
  fetch: Fetch
  /** For the metadata addresses of a cloud, which are plain http by design (`metadataHttpOptions`). */
  metadataFetch: Fetch
  readFile(path: string): string
  /** Runs a program by its argument vector and gives its standard output (`createRunCommand`). */
  run(command: string[]): Promise<string>
  /** What a `cmd:` command printed, run by the system's shell. */
  runShell(command: string): Promise<string>
  /** Tells the redactor about a secret of this run. */
  learn(secret: string): void
  /** For people with `--verbose`. */
  detail(text: string): void
}

/** A place that hands a program the identity of the job it runs in. */
export interface IdentitySource {
  /** As it is written behind `--identity`. */
  name: string
  /** In words for people. */
  title: string
  /** The variables that a job on this platform has, any of them; empty: `auto` never takes it. */
  signs: readonly string[]
  /** What may or must follow the name and a colon: 'PATH'. */
  argument?: { placeholder: string; required: boolean }
  /**
   * The token, white space around it allowed. Throws a `UsageError` `identity_unavailable` or
   * `identity_wrong_audience`, and a `ServerError` when the platform refuses.
   */
  fetch(argument: string | undefined, wish: IdentityWish, deps: IdentityDeps): Promise<string>
}
