import * as oauth from 'oauth4webapi'
import { PROFILE } from '../errors/hints.ts'
import {
  LoginRequiredError,
  OauthctlError,
  RefusedError,
  ServerError,
  type OAuthErrorParts,
} from '../errors/families.ts'

const LOGIN = 'the login'

// What has become of what was tried, where an answer could not be used.
const OUTCOMES = new Map([
  [LOGIN, 'Nothing was stored'],
  ['the refresh', 'The new access token was not taken over'],
])

const LOGIN_REQUIRED = new Set([
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
])
const SERVER_TROUBLE = new Set(['server_error', 'temporarily_unavailable'])

/**
 * Turns what oauth4webapi throws into an error of oauthctl. Only the library's own fixed sentences
 * and the three parts of an OAuth error response are used: its `cause` can hold a whole answer,
 * tokens included. `doing` says what was tried: 'the refresh';
 * `outcome` what has become of it where the answer could not be used.
 */
export function mapProtocolError(
  error: unknown,
  doing: string,
  outcome = OUTCOMES.get(doing),
): unknown {
  if (error instanceof OauthctlError) return error
  if (error instanceof oauth.ResponseBodyError) {
    return oauthError(parts(error.cause as Record<string, unknown>), doing, error)
  }
  if (error instanceof oauth.AuthorizationResponseError) {
    return oauthError(parts(Object.fromEntries(error.cause)), doing, error)
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    const bearer = error.cause.find(({ scheme }) => scheme === 'bearer' || scheme === 'dpop')
    const given = bearer?.parameters ?? {}
    return given.error
      ? oauthError(parts({ ...given }), doing, error)
      : new RefusedError(`the server refused ${doing} (status ${error.status})`, {
          code: 'unauthorized',
          hint: 'Check the client id and how the client authenticates',
          cause: error,
        })
  }
  if (error instanceof oauth.OperationProcessingError && error.cause instanceof Response) {
    return statusError(error.cause, doing, error)
  }
  if (
    error instanceof oauth.OperationProcessingError ||
    error instanceof oauth.UnsupportedOperationError
  ) {
    const { what, hint } = inOurWords(error.message)
    return new ServerError(`${doing}: ${what}`, {
      code: 'invalid_response',
      hint: `${outcome === undefined ? '' : `${outcome}. `}${hint}`,
      cause: error,
    })
  }
  return error
}

/** An OAuth error response (RFC 6749 sections 4.1.2.1 and 5.2) as the family that its code belongs to. */
function oauthError(said: OAuthErrorParts, doing: string, cause?: unknown): OauthctlError {
  const quoted = said.error_description ? ` ("${said.error_description}")` : ''
  const message = `the server refused ${doing}: ${said.error}${quoted}`
  const details = { code: said.error, oauth: said, cause }
  if (LOGIN_REQUIRED.has(said.error)) {
    return new LoginRequiredError(message, {
      ...details,
      hint: doing === LOGIN ? 'Log in without --prompt none' : `Log in: oauthctl login ${PROFILE}`,
    })
  }
  if (SERVER_TROUBLE.has(said.error)) {
    return new ServerError(message, {
      ...details,
      retryable: true,
      hint: 'Run the command again in a while',
    })
  }
  const again = said.error === 'invalid_grant' && doing === LOGIN
  const hint = again ? 'Run the same command again' : HINTS.get(said.error)
  return new RefusedError(message, { ...details, hint: hint ?? SHOW_EXCHANGE })
}

/** An answer that is no OAuth answer at all: a status that RFC 6749 does not know, or no JSON. */
function statusError({ status, headers }: Response, doing: string, cause: unknown): ServerError {
  const type = (headers.get('content-type') ?? 'no content type').split(';')[0] ?? ''
  const what = status === 200 ? `${type} instead of JSON` : `status ${status}`
  const passing = status >= 500 || status === 429
  return new ServerError(`${doing}: the server answered with ${what}`, {
    code: status === 429 ? 'rate_limited' : passing ? 'server_failed' : 'invalid_response',
    retryable: passing,
    hint: passing ? 'Run the command again in a while' : SHOW_EXCHANGE,
    cause,
  })
}

// Where the library's sentence says less than a person needs; the first row that matches counts.
const OUR_WORDS: readonly (readonly [RegExp, string])[] = [
  [/body "access_token" property/, "the server's answer has no access_token"],
  [/ID Token "nonce" claim value/, "the ID token's nonce is not the one this login sent"],
  [
    /parameter "iss" \(issuer\) missing/,
    'the redirect lacks iss, which the server promises to send (RFC 9207)',
  ],
  [/unexpected "response" body "sub"/, 'the UserInfo answer is about another account'],
]
const ABOUT_TIME = /current timestamp/
const TELL_OPERATOR = 'Add -v to see the exchange, and tell the operator of the server'

function inOurWords(message: string): { what: string; hint: string } {
  const what = OUR_WORDS.find(([pattern]) => pattern.test(message))?.[1] ?? message
  const isAboutTime = ABOUT_TIME.test(message)
  return {
    what,
    hint: isAboutTime ? `Check this machine's clock. ${TELL_OPERATOR}` : TELL_OPERATOR,
  }
}

const SHOW_EXCHANGE = 'Add -v to see the exchange'

const HINTS = new Map([
  ['access_denied', 'If that was not meant, run the command again and allow the access'],
  [
    'invalid_client',
    'Check --client-id, the secret and --token-endpoint-auth-method; a secret with special characters may need client_secret_post',
  ],
  ['invalid_grant', `Run the login again: oauthctl login ${PROFILE}`],
  [
    'invalid_scope',
    'Ask for scopes that the server offers: --scope; oauthctl discover URL lists them',
  ],
  ['invalid_target', 'Ask for a resource that the server knows: --resource'],
  [
    'invalid_token',
    `Get a new token: oauthctl refresh ${PROFILE}; if that does not help: oauthctl login ${PROFILE}`,
  ],
  [
    'insufficient_scope',
    `Log in with the scope that is needed: oauthctl login ${PROFILE} --scope SCOPE`,
  ],
  ['unauthorized_client', 'Have the client registered for this grant at the server'],
  [
    'unsupported_grant_type',
    'Use a grant that the server offers: oauthctl discover URL lists them',
  ],
])

function parts(source: Record<string, unknown>): OAuthErrorParts {
  const text = (name: string): string | undefined => {
    const value = source[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const description = text('error_description')
  const uri = text('error_uri')
  return {
    error: text('error') ?? 'unknown_error',
    ...(description === undefined ? {} : { error_description: description }),
    ...(uri === undefined ? {} : { error_uri: uri }),
  }
}
