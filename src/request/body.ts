import { accessSync, constants, createReadStream, statSync } from 'node:fs'
import { MachineFault, UsageError } from '../errors/families.ts'
import { fileReason } from '../files/file-errors.ts'
import { visible } from '../text/visible.ts'

/** What a request carries. */
export interface RequestBody {
  contentType: string
  /** In bytes; undefined when only its end will tell. */
  length: number | undefined
  /** False for standard input, which comes once. */
  repeatable: boolean
  open(): AsyncIterable<Uint8Array>
  /** The whole text where it stood on the command line. */
  text: string | undefined
}

interface Part {
  length: number | undefined
  repeatable: boolean
  open(): AsyncIterable<Uint8Array>
  text: string | undefined
}

export interface BodyInputs {
  /** `-d`, in order; joined with `&` as curl joins them. */
  data: readonly string[]
  /** `--json-body`. */
  json: string | undefined
  input: AsyncIterable<Uint8Array>
}

/**
 * The body from `-d` or `--json-body`; `@FILE` is read from a file and `@-` from standard input,
 * byte by byte as it stands, in pieces. Throws a `UsageError` for what cannot be read.
 */
export function readRequestBody({ data, json, input }: BodyInputs): RequestBody | undefined {
  if (json !== undefined && data.length > 0) throw invalid('-d and --json-body are both given')
  if ([...data, json].filter((value) => value === '@-').length > 1) {
    throw invalid('standard input is asked for twice')
  }
  if (json !== undefined) {
    if (!json.startsWith('@') && !isJson(json)) throw invalid('--json-body is not JSON')
    return { contentType: 'application/json', ...part(json, input) }
  }
  if (data.length === 0) return undefined
  const parts = data.map((one) => part(one, input))
  const lengths = parts.map(({ length }) => length)
  const texts = parts.map(({ text }) => text)
  return {
    contentType: 'application/x-www-form-urlencoded',
    length: lengths.includes(undefined)
      ? undefined
      : lengths.reduce<number>((sum, one) => sum + (one ?? 0), lengths.length - 1),
    repeatable: parts.every(({ repeatable }) => repeatable),
    text: texts.includes(undefined) ? undefined : texts.join('&'),
    open: () => joined(parts),
  }
}

function part(value: string, input: AsyncIterable<Uint8Array>): Part {
  if (value === '@-') {
    return { length: undefined, repeatable: false, text: undefined, open: () => input }
  }
  if (value.startsWith('@')) return filePart(value.slice(1))
  const bytes = Buffer.from(value, 'utf8')
  return { length: bytes.length, repeatable: true, text: value, open: () => single(bytes) }
}

function filePart(path: string): Part {
  // Looked at before anything is sent, but not opened: a named pipe would be waited for.
  try {
    accessSync(path, constants.R_OK)
    const stat = statSync(path)
    if (stat.isDirectory()) throw invalid(`${visible(path)} is a folder`)
    return {
      length: stat.isFile() ? stat.size : undefined,
      repeatable: stat.isFile(),
      text: undefined,
      open: () => fileBytes(path),
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw invalid(`${visible(path)} cannot be read: ${fileReason(error)}`)
  }
}

async function* fileBytes(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path) as AsyncIterable<Uint8Array>
  } catch (cause) {
    throw new MachineFault(`${visible(path)} cannot be read: ${fileReason(cause)}`, {
      code: 'input_failed',
      hint: 'Check the file, and run the command again',
      cause,
    })
  }
}

async function* single(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes
}

async function* joined(parts: readonly Part[]): AsyncGenerator<Uint8Array> {
  for (const [index, one] of parts.entries()) {
    if (index > 0) yield Buffer.from('&')
    yield* one.open()
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function invalid(message: string): UsageError {
  return new UsageError(message, {
    code: 'body_invalid',
    hint: 'Write the data itself, @FILE for a file, or @- for standard input',
  })
}
