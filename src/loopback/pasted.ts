import { hasState, repeatedName, responseParameters } from './response-parameters.ts'

/** What was made of the text that a person pasted so far. */
export type Pasted =
  | { kind: 'response'; parameters: URLSearchParams }
  /** Nothing wrong so far: the rest of a wrapped address may follow. */
  | { kind: 'incomplete' }
  /** Not of this login: start over. `why` is a sentence for the person. */
  | { kind: 'foreign'; why: string }

interface PastedOptions {
  redirectUri: string
  state: string
}

const MAX_LENGTH = 64 * 1024
const RESPONSE_NAMES = /(?:^|[?&])(?:code|state|error|iss)=/

/**
 * Reads the address that the browser ended on, or its query alone, as it comes out of a terminal:
 * broken into lines, indented, quoted or in angle brackets. Its `state` is checked as strictly as
 * the listener does it.
 */
export function parsePasted(buffer: string, { redirectUri, state }: PastedOptions): Pasted {
  if (buffer.length > MAX_LENGTH) return foreign('That is too long for an address')
  const text = unwrapped(buffer)
  if (text === '' || redirectUri.startsWith(text)) return { kind: 'incomplete' }
  const places = [beforeQuery(redirectUri), beforeQuery(new URL(redirectUri).href)]
  // The last one, because a broken attempt may stand before a good one.
  const start = Math.max(...places.map((place) => text.lastIndexOf(place)))
  const address = text.slice(Math.max(start, 0))
  const at = address.indexOf('?')
  if (start >= 0) {
    if (!places.includes(beforeQuery(address))) return foreign(OTHER_ADDRESS)
    return judge(at === -1 ? '' : address.slice(at + 1), redirectUri, state)
  }
  if (/^[a-z][a-z0-9+.-]*:/i.test(text)) return foreign(OTHER_ADDRESS)
  if (!RESPONSE_NAMES.test(text)) return foreign(CODE_ALONE)
  return judge(address.slice(at + 1), redirectUri, state)
}

const OTHER_ADDRESS = 'That address is not the one that this login ends on'
const CODE_ALONE =
  'That is not the whole address: a code alone does not show that it belongs to this login. Copy everything that the address bar shows'

function judge(text: string, redirectUri: string, state: string): Pasted {
  const preset = new URL(redirectUri).search.slice(1)
  const parameters = responseParameters(text.split('#', 1)[0] ?? '', preset)
  const given = parameters.getAll('state')
  const last = given.at(-1)
  if (given.length <= 1 && (last === undefined || (last !== state && state.startsWith(last)))) {
    return { kind: 'incomplete' }
  }
  if (!hasState(parameters, state)) {
    return foreign('That address belongs to another login: its state is not the one of this login')
  }
  const repeated = repeatedName(parameters)
  if (repeated !== undefined) return foreign('That address has a parameter in it twice')
  if (!parameters.has('code') && !parameters.has('error')) return { kind: 'incomplete' }
  return { kind: 'response', parameters }
}

function unwrapped(buffer: string): string {
  return buffer
    .replace(/[\s\u200b\ufeff]+/g, '')
    .replace(/^[<"'`(]+/, '')
    .replace(/[>"'`)]+$/, '')
}

function beforeQuery(uri: string): string {
  return uri.split(/[?#]/, 1)[0] ?? uri
}

function foreign(why: string): Pasted {
  return { kind: 'foreign', why }
}
