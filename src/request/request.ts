import { SETTING_NAMES, SETTINGS } from '../config/settings.ts'
import type { Context } from '../context.ts'
import { InterruptedError, OauthctlError, UsageError } from '../errors/families.ts'
import type { PrintableToken } from '../output/token-formats.ts'
import type { StreamAnswer } from '../ports/stream-fetch.ts'
import { chosenGrant, obtainForUse, type ObtainOptions } from '../token/obtain.ts'
import { adviceFor, type Advice } from './advice.ts'
import { readRequestBody, type RequestBody } from './body.ts'
import { deliver, openSink } from './deliver.ts'
import { readHeaders, secretValues, withStandard, type Headers } from './header-lines.ts'
import { findTarget } from './target.ts'
import { failureOf, remark } from './verdict.ts'

export interface RequestOptions {
  url: string
  /** `-X`; undefined for GET, or POST with a body. */
  method: string | undefined
  headers: readonly string[]
  data: readonly string[]
  json: string | undefined
  outputFile: string | undefined
  include: boolean
  fail: boolean
  obtain: ObtainOptions
}

/**
 * Sends one request with the token and gives the answer out. A token that the API calls invalid is
 * renewed and tried again, once (RFC 6750 section 3.1).
 */
export async function runRequest(context: Context, options: RequestOptions): Promise<void> {
  const plan = readPlan(context, options)
  const url = await findTarget(context, options.url)
  const sink = await openSink(context, options.outputFile)
  try {
    const { answer, advice } = await converse(context, options, plan, url)
    const failure = failureOf(answer, url, advice, options.fail)
    if (failure) {
      answer.discard()
      throw failure
    }
    remark(context, answer, advice)
    await deliver(context, answer, sink, options.include)
  } finally {
    sink?.abandon()
    if (plan.body?.repeatable === false) context.bytes.closeInput()
  }
}

interface Plan {
  method: string
  headers: Headers
  body: RequestBody | undefined
}

function readPlan(context: Context, options: RequestOptions): Plan {
  const body = readRequestBody({ ...options, input: context.bytes.input })
  const { values } = context.settings
  const readsSecret = SETTING_NAMES.some(
    (name) => SETTINGS[name].kind === 'secret' && values[name] === '-',
  )
  if (body?.repeatable === false && readsSecret) {
    throw invalid('standard input cannot be a secret and the body at once', 'body_invalid')
  }
  const method = options.method ?? (body ? 'POST' : 'GET')
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(method)) {
    throw invalid('-X takes the name of a method, such as PUT', 'method_invalid')
  }
  // A tunnel is no request, and TRACE would send the token back.
  if (/^(connect|trace)$/i.test(method)) {
    throw invalid(`the method ${method} cannot carry a token`, 'method_invalid')
  }
  const given = readHeaders(options.headers)
  for (const secret of secretValues(given.given)) context.redactor.learn(secret)
  const headers = withStandard(given, [
    ['accept', options.json === undefined ? '*/*' : 'application/json'],
    ...(body ? [['content-type', body.contentType] as [string, string]] : []),
  ])
  if (body?.length !== undefined) headers.push(['content-length', `${body.length}`])
  return { method, headers, body }
}

async function converse(
  context: Context,
  options: RequestOptions,
  plan: Plan,
  url: URL,
): Promise<{ answer: StreamAnswer; advice: Advice | undefined }> {
  const isMachine = chosenGrant(context, options.obtain) !== undefined
  const ask = async (token: PrintableToken) => {
    const answer = await send(context, plan, url, token)
    return { answer, advice: adviceFor(context, answer, { scope: token.scope, isMachine }) }
  }
  const first = await ask(await obtainForUse(context, options.obtain))
  if (first.answer.status !== 401 || first.advice?.code !== 'invalid_token') return first
  context.output.detail('the API calls the token invalid: getting a new one')
  const renewed = await obtainForUse(context, { ...options.obtain, renew: true }).catch(knownFault)
  const { advice } = first
  if (renewed instanceof OauthctlError) {
    // There is an answer already; that no other token comes is what there is to say about it.
    const message = `${advice.message}, and no new one came: ${renewed.message}`
    return { ...first, advice: { ...advice, message, hint: renewed.hint ?? advice.hint } }
  }
  if (plan.body?.repeatable === false) {
    const hint = 'There is a new one now. Send the request again: standard input comes only once'
    return { ...first, advice: { ...advice, hint } }
  }
  first.answer.discard()
  return ask(renewed)
}

function knownFault(error: unknown): OauthctlError {
  if (error instanceof OauthctlError && !(error instanceof InterruptedError)) return error
  throw error
}

async function send(
  { stream, redactor }: Context,
  { method, headers, body }: Plan,
  url: URL,
  { token, tokenType }: PrintableToken,
): Promise<StreamAnswer> {
  redactor.learn(token)
  return stream({
    method,
    url: url.href,
    headers: [...headers, ['authorization', `${tokenType} ${token}`]],
    body: body?.open(),
    shownBody: body?.text,
  })
}

function invalid(message: string, code: string): UsageError {
  return new UsageError(message, { code, hint: 'See: oauthctl request --help' })
}
