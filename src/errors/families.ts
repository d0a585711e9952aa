import { EXIT, type EXEC_EXIT, type ExitCode } from './exit-codes.ts'

/** The parts of an OAuth error response (RFC 6749 section 5.2), as the server wrote them: untrusted text. */
export interface OAuthErrorParts {
  error: string
  error_description?: string
  error_uri?: string
}

export interface ErrorDetails {
  /** Stable snake_case identity for scripts. */
  code: string
  /** What to do next, best a command to type. */
  hint?: string
  /** True when the same call may succeed later without any change. */
  retryable?: boolean
  oauth?: OAuthErrorParts
  /** Kept for `--verbose`; never printed as it is, because it may hold a server's whole answer. */
  cause?: unknown
}

/**
 * The base of everything that oauthctl tells a user about. The families below differ in what the
 * user does next, and that is also what decides the exit code.
 */
export abstract class OauthctlError extends Error {
  abstract readonly exitCode: ExitCode
  readonly code: string
  readonly hint: string | undefined
  readonly retryable: boolean
  readonly oauth: OAuthErrorParts | undefined
  /** The profile that it is about, where that is not the one of the whole command: for its hint. */
  profile: string | undefined

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.code = details.code
    this.hint = details.hint
    this.retryable = details.retryable ?? false
    this.oauth = details.oauth
  }
}

/** A fault of oauthctl itself or of the machine (a full disk). */
export class MachineFault extends OauthctlError {
  override readonly exitCode = EXIT.fault
}

/** Options, configuration or input that cannot be used as given. */
export class UsageError extends OauthctlError {
  override readonly exitCode = EXIT.usage
}

/** Only a new login helps. */
export class LoginRequiredError extends OauthctlError {
  override readonly exitCode = EXIT.loginRequired
}

/** The authorization server or the user said no. */
export class RefusedError extends OauthctlError {
  override readonly exitCode = EXIT.refused
}

/** The server could not be reached, or what it said breaks the protocol. */
export class ServerError extends OauthctlError {
  override readonly exitCode = EXIT.server
}

/** The keychain, the store or its lock could not be used. */
export class StoreError extends OauthctlError {
  override readonly exitCode = EXIT.store
}

/** A command of the user's own that could not be started. */
export class CommandError extends OauthctlError {
  override readonly exitCode: (typeof EXEC_EXIT)[keyof typeof EXEC_EXIT]
  constructor(message: string, exitCode: CommandError['exitCode'], details: ErrorDetails) {
    super(message, details)
    this.exitCode = exitCode
  }
}

/** The user pressed Ctrl-C or cancelled a prompt. */
export class InterruptedError extends OauthctlError {
  override readonly exitCode = EXIT.interrupted
  constructor(message = 'interrupted') {
    super(message, { code: 'interrupted' })
  }
}
