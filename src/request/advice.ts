import type { Context } from '../context.ts'
import type { OAuthErrorParts } from '../errors/families.ts'
import type { StreamAnswer } from '../ports/stream-fetch.ts'
import { loginCommand } from '../sessions/open-session.ts'
import { scopeSet } from '../sessions/selector.ts'
import { shellWord } from '../text/shell-word.ts'
import { tokenChallenge } from './challenges.ts'

/** What an API's challenge means for the one who holds the token. */
export interface Advice {
  code: 'invalid_token' | 'insufficient_scope' | 'insufficient_user_authentication'
  message: string
  hint: string
  oauth: OAuthErrorParts
}

export interface Presented {
  /** The scope of the token that was sent. */
  scope: string
  /** True for a token of the client itself, which no login changes. */
  isMachine: boolean
}

/**
 * Reads a 401 or 403 of an API: RFC 6750 section 3.1, and the step-up challenge of RFC 9470
 * section 3. Undefined for any other answer and for a refusal that says nothing.
 */
export function adviceFor(
  context: Context,
  answer: StreamAnswer,
  presented: Presented,
): Advice | undefined {
  if (answer.status !== 401 && answer.status !== 403) return undefined
  const parameters = tokenChallenge(answer.headers)?.parameters
  const error = parameters?.get('error')
  const description = parameters?.get('error_description')
  const oauth = {
    error: error ?? '',
    ...(description === undefined ? {} : { error_description: description }),
  }
  const login = presented.isMachine ? undefined : loginCommand(context)
  if (error === 'invalid_token') {
    return {
      code: error,
      message: `the API does not accept the token${quoted(description)}`,
      hint: login
        ? `Check that the token is meant for this API (--resource, --audience), or log in again: ${login}`
        : 'Check that the token is meant for this API (--resource, --audience, --scope)',
      oauth,
    }
  }
  if (error === 'insufficient_scope') {
    return { code: error, ...scopeAdvice(context, parameters?.get('scope'), presented), oauth }
  }
  if (error === 'insufficient_user_authentication') {
    const acr = parameters?.get('acr_values')
    const age = parameters?.get('max_age')
    const options = [
      ...(acr ? ['--acr-values', shellWord(acr)] : []),
      ...(age && /^\d{1,9}$/.test(age) ? ['--max-age', age] : []),
    ]
    return {
      code: error,
      message: `the API wants a stronger or newer login than the token stands for${quoted(description)}`,
      hint: login
        ? `Log in as it asks: ${[login, ...options].join(' ')}`
        : `It has to be a person's login: ${['oauthctl login NAME', ...options].join(' ')}`,
      oauth,
    }
  }
  return undefined
}

function scopeAdvice(
  context: Context,
  asked: string | undefined,
  { scope, isMachine }: Presented,
): Pick<Advice, 'message' | 'hint'> {
  const wanted = scopeSet(asked)
  if (wanted.length === 0) {
    return {
      message: 'the API wants a scope that the token does not have, and does not name it',
      hint: 'See its documentation for the scope, then add it with --scope',
    }
  }
  const { values } = context.settings
  const all = [...new Set([...scopeWords(values.scope ?? scope), ...wanted])].join(' ')
  return {
    message: `the API wants the scope ${wanted.join(' ')} for this; the token has ${scope || 'none'}`,
    hint: isMachine
      ? `Ask for it: --scope ${shellWord(wanted.join(' '))}`
      : `Get it: ${loginCommand(context)} --scope ${shellWord(all)}`,
  }
}

function scopeWords(scope: string): string[] {
  return scope.split(/\s+/).filter(Boolean)
}

function quoted(description: string | undefined): string {
  return description ? ` ("${description}")` : ''
}
