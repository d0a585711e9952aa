import { fstatSync } from 'node:fs'
import { MachineFault } from '../errors/families.ts'
import { errnoOf, fileReason } from '../files/file-errors.ts'
import { writeAll } from '../files/write-all.ts'

export interface StreamWriter {
  write(text: string): void
  /** Resolves when the piece has left the process: false when that failed. */
  send(piece: Uint8Array): Promise<boolean>
  /**
   * Resolves when everything written has left the process. Throws a `MachineFault` `output_failed`
   * when it could not, as on a full disk; a reader that went away early is no failure.
   */
  flushed(): Promise<void>
}

/** Writes to a stream of the process that may be closed early: `oauthctl token | head -0`. */
export function createStreamWriter(stream: NodeJS.WriteStream & { fd: number }): StreamWriter {
  let failure: unknown
  const failed = (error: unknown): void => {
    if (errnoOf(error) !== 'EPIPE') failure ??= error
  }
  stream.on('error', failed)
  const isFile = isRegularFile(stream.fd)

  /** Node's own stream takes a part of a write to a file for the whole. */
  const writeToFile = (bytes: Uint8Array): boolean => {
    const written = writeAll(stream.fd, bytes)
    if (written) failed(written.failure)
    return written === undefined
  }

  return {
    write(text) {
      if (isFile) writeToFile(Buffer.from(text))
      else stream.write(text)
    },
    async send(piece) {
      if (isFile) return writeToFile(piece)
      return new Promise((resolve) => stream.write(piece, (error) => resolve(!error)))
    },
    async flushed() {
      if (!isFile) await new Promise<void>((resolve) => stream.write('', () => resolve()))
      if (failure !== undefined) throw outputFailure(failure)
    },
  }
}

function isRegularFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile()
  } catch {
    return false
  }
}

function outputFailure(cause: unknown): MachineFault {
  return new MachineFault(`the result could not be written to stdout: ${fileReason(cause)}`, {
    code: 'output_failed',
    hint: 'Send it to a place that has room, and run the command again',
    cause,
  })
}
