import { StringDecoder } from 'node:string_decoder'
import type { Clock } from '../ports/clock.ts'

/** The part of `tty.ReadStream` that is used. */
export interface TerminalInput extends NodeJS.ReadableStream {
  isRaw?: boolean
  setRawMode(mode: boolean): unknown
}

/** What was made of the text pasted so far; `again` starts over, after saying why. */
type Reading<T> = { kind: 'done'; value: T } | { kind: 'more' } | { kind: 'again'; why: string }

interface PasteReaderOptions<T> {
  input: TerminalInput
  /** Where `say` goes is the caller's business: nothing that was pasted is ever written anywhere. */
  say: (line: string) => void
  read: (pasted: string) => Reading<T>
  clock: Clock
  signal: AbortSignal
  /** Ctrl-C: in raw mode the terminal sends a character instead of a signal. */
  onInterrupt: () => void
}

/** A paste of several lines arrives within this time; a person does not type that fast. */
const QUIET_MS = 150

const KEYS = { interrupt: '\u0003', end: '\u0004', clear: '\u0015' }
// Cursor keys, and the marks that some terminals put around a paste.
// oxlint-disable-next-line no-control-regex -- escape sequences begin with a control character
const ESCAPES = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b[O@-Z]./g

/**
 * Reads what is pasted into a terminal without showing it, because it holds an authorization code.
 * Raw mode, since a terminal in line mode cuts a line at 4095 characters; it is on when this returns,
 * so ask for the address after the call, or what comes fast is shown. Resolves with the value,
 * or with undefined at the end of input (Ctrl-D); rejects with the signal's reason. The terminal is
 * as it was before when the promise settles.
 */
export function readPasted<T>(options: PasteReaderOptions<T>): Promise<T | undefined> {
  const { input, say, read, clock, signal, onInterrupt } = options
  const decoder = new StringDecoder('utf8')
  const wasRaw = input.isRaw === true
  let complete = ''
  let line = ''
  let quiet: AbortController | undefined
  let finished = false

  return new Promise((resolve, reject) => {
    const onEnd = (): void => finish(() => resolve(undefined))
    const onAbort = (): void => finish(() => reject(signal.reason))

    function finish(settle: () => void): void {
      if (finished) return
      finished = true
      quiet?.abort()
      signal.removeEventListener('abort', onAbort)
      // A terminal that was closed meanwhile answers with an 'error' event, which still has a listener here.
      input.setRawMode(wasRaw)
      input.pause()
      input.off('data', onData)
      input.off('end', onEnd)
      input.off('error', onEnd)
      settle()
    }

    function onData(data: Buffer | string): void {
      const text = typeof data === 'string' ? data : decoder.write(data)
      for (const character of text.replace(ESCAPES, '')) {
        if (finished) return
        if (character === KEYS.interrupt) onInterrupt()
        else if (character === KEYS.end && line === '') return onEnd()
        else if (character === KEYS.clear) line = ''
        else if (character === '\b' || character === '\u007f') line = line.slice(0, -1)
        else if (character === '\r' || character === '\n') takeLine()
        else line += character
      }
    }

    function takeLine(): void {
      complete += `${line}\n`
      line = ''
      quiet?.abort()
      quiet = new AbortController()
      clock.sleep(QUIET_MS, quiet.signal).then(judge, () => undefined)
    }

    function judge(): void {
      // The last line of a wrapped paste has no line break yet: the next Enter completes it.
      if (line !== '') return
      if (complete.trim() === '') {
        complete = ''
        return
      }
      const reading = read(complete)
      if (reading.kind === 'done') finish(() => resolve(reading.value))
      else if (reading.kind === 'more') say('That is a part of it. Paste the rest, or all of it.')
      else {
        complete = ''
        say(reading.why)
      }
    }

    if (signal.aborted) {
      reject(signal.reason)
      return
    }
    signal.addEventListener('abort', onAbort)
    input.on('data', onData)
    input.on('end', onEnd)
    input.on('error', onEnd)
    input.setRawMode(true)
    input.resume()
  })
}
