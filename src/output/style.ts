import { styleText } from 'node:util'

type Format = Parameters<typeof styleText>[0]

/** Colours for one stream, or the plain text where the stream shows none. */
export type Style = (format: Format, text: string) => string

export interface ColourInputs {
  env: Record<string, string | undefined>
  isTerminal: boolean
  /** `--no-color`. */
  never: boolean
}

/** `--no-color`, then `NO_COLOR`, then `FORCE_COLOR`, else colour on a terminal that has it. */
export function createStyle({ env, isTerminal, never }: ColourInputs): Style {
  const force = env['FORCE_COLOR']
  const forced = force !== undefined && force !== '0' && force !== 'false'
  const on = !never && !env['NO_COLOR'] && (forced || (isTerminal && env['TERM'] !== 'dumb'))
  return (format, text) => (on ? styleText(format, text, { validateStream: false }) : text)
}
