import { UsageError } from '../errors/families.ts'
import type { ByteStreams } from '../ports/byte-streams.ts'
import { visibleText } from '../text/visible-text.ts'

/** Where an answer goes, piece by piece. */
export interface Sink {
  /** False when nobody reads any more. */
  write(piece: Uint8Array): Promise<boolean>
  finish(): Promise<void>
  /** Leaves nothing behind of an answer that did not come whole; after `finish`, does nothing. */
  abandon(): void
}

/** Standard output, byte by byte. */
export function plainSink(bytes: ByteStreams): Sink {
  return { write: (piece) => bytes.write(piece), finish: async () => {}, abandon: () => {} }
}

/**
 * A terminal: text with its control characters made visible, `head` before it. Binary data, told by
 * its first piece, is refused with a `UsageError` before anything is shown.
 */
export function terminalSink(bytes: ByteStreams, head: string, charset: string): Sink {
  const decoder = decoderFor(charset)
  let begun = false
  let kept = ''
  let last = '\n'
  const show = async (text: string): Promise<boolean> => {
    // A carriage return at the end may be the first half of a line break.
    const whole = kept + text
    kept = whole.endsWith('\r') ? '\r' : ''
    const shown = visibleText(whole.slice(0, whole.length - kept.length))
    last = shown.at(-1) ?? last
    return shown === '' || bytes.write(Buffer.from(shown))
  }
  const begin = async (): Promise<void> => {
    begun = true
    await show(head)
  }
  return {
    async write(piece) {
      if (!begun) {
        if (isBinary(piece, decoder.encoding)) throw binary()
        await begin()
      }
      return show(decoder.decode(piece, { stream: true }))
    },
    async finish() {
      if (!begun) await begin()
      const rest = kept + decoder.decode()
      kept = ''
      const shown = visibleText(rest)
      const end = shown.at(-1) ?? last
      await bytes.write(Buffer.from(end === '\n' ? shown : `${shown}\n`))
    },
    abandon() {},
  }
}

function decoderFor(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset)
  } catch {
    return new TextDecoder()
  }
}

function isBinary(piece: Uint8Array, encoding: string): boolean {
  if (encoding.startsWith('utf-16')) return false
  if (piece.includes(0)) return true
  try {
    // As a stream, because a character may go on in the next piece.
    new TextDecoder(encoding, { fatal: true }).decode(piece, { stream: true })
    return false
  } catch {
    return true
  }
}

function binary(): UsageError {
  return new UsageError('the answer is binary data, which would confuse the terminal', {
    code: 'binary_answer',
    hint: 'Save it with -o FILE, or pipe it to a program',
  })
}
