import type { Redactor } from '../text/redact.ts'
import { visible } from '../text/visible.ts'
import type { Exchange } from '../transport/exchange.ts'

const MAX_BODY = 20_000

/** An exchange as lines in the manner of `curl -v`, every secret taken out. */
export function exchangeLines(exchange: Exchange, redactor: Redactor, bodies: boolean): string[] {
  const shown = redacted(exchange, redactor, bodies)
  const header = (mark: string) => (one: [string, string]) => `${mark} ${one[0]}: ${one[1]}`
  const body = (mark: string, text: string | undefined): string[] =>
    text === undefined || text === ''
      ? []
      : [`${mark} `, ...text.split('\n').map((line) => `${mark} ${visible(line, MAX_BODY)}`)]
  return [
    `> ${shown.method} ${shown.url}`,
    ...shown.requestHeaders.map(header('>')),
    ...body('>', shown.requestBody),
    shown.failure === undefined
      ? `< ${shown.status ?? ''} (${shown.durationMs} ms)`
      : `< no answer: ${shown.failure} (${shown.durationMs} ms)`,
    ...(shown.responseHeaders ?? []).map(header('<')),
    ...body('<', shown.responseBody),
  ]
}

/** The same for `--json`. */
export function exchangeDocument(
  exchange: Exchange,
  redactor: Redactor,
  bodies: boolean,
): Record<string, unknown> {
  const shown = redacted(exchange, redactor, bodies)
  return {
    method: shown.method,
    url: shown.url,
    request_headers: Object.fromEntries(shown.requestHeaders),
    request_body: shown.requestBody,
    status: shown.status,
    response_headers: shown.responseHeaders && Object.fromEntries(shown.responseHeaders),
    response_body: shown.responseBody,
    failure: shown.failure,
    duration_ms: shown.durationMs,
  }
}

function redacted(exchange: Exchange, redactor: Redactor, bodies: boolean): Exchange {
  const headers = (list: [string, string][]): [string, string][] =>
    list.map(([name, value]) => [visible(name), visible(redactor.header(name, value), 4000)])
  const { requestBody, responseBody, responseHeaders, failure } = exchange
  return {
    method: exchange.method,
    url: redactor.url(exchange.url),
    requestHeaders: headers(exchange.requestHeaders),
    requestBody: bodies && requestBody !== undefined ? redactor.body(requestBody) : undefined,
    ...(exchange.status === undefined ? {} : { status: exchange.status }),
    ...(responseHeaders ? { responseHeaders: headers(responseHeaders) } : {}),
    ...(bodies && responseBody !== undefined ? { responseBody: redactor.body(responseBody) } : {}),
    ...(failure === undefined ? {} : { failure: visible(redactor.text(failure)) }),
    durationMs: exchange.durationMs,
  }
}
