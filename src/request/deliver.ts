import type { Context } from '../context.ts'
import type { StreamAnswer } from '../ports/stream-fetch.ts'
import { openFileSink } from './file-sink.ts'
import { plainSink, terminalSink, type Sink } from './sinks.ts'

/** The file of `-o`, opened before anything is sent; undefined for standard output. */
export async function openSink(
  context: Context,
  outputFile: string | undefined,
): Promise<Sink | undefined> {
  return outputFile === undefined || outputFile === '-'
    ? undefined
    : openFileSink(context, outputFile)
}

/** Gives the answer out as it comes, its status line and headers before it with `-i`. */
export async function deliver(
  { bytes }: Context,
  answer: StreamAnswer,
  file: Sink | undefined,
  include: boolean,
): Promise<void> {
  const head = include ? headOf(answer) : Buffer.alloc(0)
  const isShown = file === undefined && bytes.outputIsTerminal
  const sink = isShown
    ? terminalSink(bytes, head.toString(), charsetOf(answer))
    : (file ?? plainSink(bytes))
  if (!isShown && head.length > 0) await sink.write(head)
  for await (const piece of answer.body) {
    if (!(await sink.write(piece))) return
  }
  await sink.finish()
}

// The transport gives header fields as latin1, each character one byte as it came.
function headOf({ status, statusText, headers }: StreamAnswer): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value}`)
  const head = [`HTTP/1.1 ${`${status} ${statusText}`.trim()}`, ...lines, '', '']
  return Buffer.from(head.join('\r\n'), 'latin1')
}

function charsetOf({ headers }: StreamAnswer): string {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
  return /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(type)?.[1] ?? 'utf-8'
}
