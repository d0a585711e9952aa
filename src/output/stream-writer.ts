import { MachineFault } from '../errors/families.ts'
import { errnoOf, fileReason } from '../files/file-errors.ts'

export interface StreamWriter {
  write(text: string): void
  /**
   * Resolves when everything written has left the process. Throws a `MachineFault` `output_failed`
   * when it could not, as on a full disk; a reader that went away early is no failure.
   */
  flushed(): Promise<void>
}

/** Writes to a stream of the process that may be closed early: `oauthctl token | head -0`. */
export function createStreamWriter(stream: NodeJS.WriteStream): StreamWriter {
  let failure: Error | undefined
  stream.on('error', (error) => {
    if (errnoOf(error) !== 'EPIPE') failure ??= error
  })
  return {
    write(text) {
      stream.write(text)
    },
    async flushed() {
      await new Promise<void>((resolve) => stream.write('', () => resolve()))
      if (failure) throw outputFailure(failure)
    },
  }
}

function outputFailure(cause: Error): MachineFault {
  return new MachineFault(`the result could not be written to stdout: ${fileReason(cause)}`, {
    code: 'output_failed',
    hint: 'Send it to a place that has room, and run the command again',
    cause,
  })
}
