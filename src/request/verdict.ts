import type { Context } from '../context.ts'
import {
  LoginRequiredError,
  RefusedError,
  ServerError,
  type OauthctlError,
} from '../errors/families.ts'
import type { StreamAnswer } from '../ports/stream-fetch.ts'
import type { Advice } from './advice.ts'

/**
 * The failure that an answer is: always for a step-up challenge (RFC 9470), which only a login
 * answers, and for 4xx and 5xx with `--fail`. Undefined when the answer is the result.
 */
export function failureOf(
  answer: StreamAnswer,
  url: URL,
  advice: Advice | undefined,
  fail: boolean,
): OauthctlError | undefined {
  const { status } = answer
  const isStepUp = advice?.code === 'insufficient_user_authentication'
  if (!isStepUp && (!fail || status < 400)) return undefined
  const said = `${url.origin}${url.pathname} answered ${`${status} ${answer.statusText}`.trim()}`
  const details = {
    code: advice?.code ?? `http_${status}`,
    ...(advice ? { oauth: advice.oauth } : {}),
  }
  const message = advice ? `${said}: ${advice.message}` : said
  const hint = advice?.hint ?? 'See what it says without --fail; -v shows the exchange'
  if (isStepUp || status === 401) return new LoginRequiredError(message, { ...details, hint })
  if (status < 500) return new RefusedError(message, { ...details, hint })
  return new ServerError(message, { ...details, hint, retryable: status === 503 })
}

/** What a person should know about an answer that is given out as the result. */
export function remark(
  { output, redactor }: Context,
  answer: StreamAnswer,
  advice: Advice | undefined,
): void {
  if (advice) output.warn(`${advice.message}. ${advice.hint}`)
  const location = answer.headers.find(([name]) => name.toLowerCase() === 'location')?.[1]
  if (answer.status >= 300 && answer.status < 400 && location !== undefined) {
    output.warn(`the answer is a redirect, which is not followed: ${redactor.url(location)}`)
  }
}
