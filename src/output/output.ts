import type { Exchange } from '../transport/exchange.ts'
import type { Redactor } from '../text/redact.ts'
import { visible, visibleJson } from '../text/visible.ts'
import { exchangeDocument, exchangeLines } from './exchange-view.ts'
import type { Style } from './style.ts'

/** Where a command's words go: the result to stdout, everything else to stderr. */
export interface Output {
  readonly json: boolean
  readonly quiet: boolean
  /** 0, 1 for `-v`, 2 for `-vv`. */
  readonly verbosity: number
  /** Columns of the terminal on stdout; a wide page where it is none. */
  readonly width: number
  readonly outStyle: Style
  readonly errStyle: Style
  /** The result for people and scripts, without the last line break. */
  result(text: string): void
  /** The one JSON document of a `--json` run. */
  document(value: unknown): void
  /** Progress and hints; silent with `--quiet` and `--json`. */
  note(text: string): void
  warn(text: string): void
  /** Shown to people with `--verbose`; a `--json` run has exchanges only. */
  detail(text: string): void
  /** Always shown, on one line, because people copy it. */
  authorizationUrl(url: string): void
  exchange(exchange: Exchange): void
  /** Finished text for stderr: lines for people, or one JSON document. */
  problem(lines: string[], document: unknown): void
}

export interface OutputOptions {
  stdout: (text: string) => void
  stderr: (text: string) => void
  json: boolean
  quiet: boolean
  verbosity: number
  width: number
  outStyle: Style
  errStyle: Style
  redactor: Redactor
}

export function createOutput(options: OutputOptions): Output {
  const { json, quiet, verbosity, redactor, errStyle } = options
  const say = (text: string): void => options.stderr(`${text}\n`)
  const sayJson = (value: unknown): void => say(visibleJson(JSON.stringify(value)))
  return {
    json,
    quiet,
    verbosity,
    width: options.width,
    outStyle: options.outStyle,
    errStyle,
    result: (text) => options.stdout(`${text}\n`),
    document: (value) => options.stdout(`${visibleJson(JSON.stringify(value, null, 2))}\n`),
    note(text) {
      if (!quiet && !json) say(text)
    },
    warn(text) {
      const safe = visible(redactor.text(text), 2000)
      if (json) sayJson({ warning: safe })
      else say(`${errStyle('yellow', 'warning:')} ${safe}`)
    },
    detail(text) {
      if (verbosity === 0 || json) return
      say(errStyle('dim', `* ${visible(redactor.text(text), 2000)}`))
    },
    authorizationUrl(url) {
      if (json) sayJson({ authorization_url: url })
      else say(url)
    },
    exchange(exchange) {
      if (verbosity === 0) return
      const bodies = verbosity > 1
      if (json) sayJson({ exchange: exchangeDocument(exchange, redactor, bodies) })
      else for (const line of exchangeLines(exchange, redactor, bodies)) say(errStyle('dim', line))
    },
    problem(lines, document) {
      if (json) sayJson(document)
      else say(lines.join('\n'))
    },
  }
}
