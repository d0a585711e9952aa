import { renameSync, realpathSync, statSync, unlinkSync, type Stats } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Context } from '../context.ts'
import { MachineFault, UsageError, type OauthctlError } from '../errors/families.ts'
import { errnoOf, fileReason } from '../files/file-errors.ts'
import { visible } from '../text/visible.ts'
import type { Sink } from './sinks.ts'

/**
 * A file that appears whole or not at all: written beside its place and moved there by `finish`.
 * What is no regular file (`/dev/null`, a pipe) is written to directly. Throws a `UsageError` when
 * it cannot be made, a `MachineFault` when the disk is full.
 */
export async function openFileSink({ random, interruption }: Context, path: string): Promise<Sink> {
  const found = lookAt(path)
  const isDirect = found !== undefined && !found.isFile()
  const target = found === undefined ? path : realpathSync(path)
  const mark = Buffer.from(random.bytes(6)).toString('hex')
  const part = isDirect ? target : join(dirname(target), `.${basename(target)}.${mark}.part`)
  const mode = found === undefined ? 0o666 : found.mode & 0o777
  const file = await open(part, isDirect ? 'w' : 'wx', mode).catch((cause: unknown) => {
    throw failure(path, cause)
  })
  let isOpen = true
  const abandon = (): void => {
    interruption.signal.removeEventListener('abort', abandon)
    if (!isOpen) return
    isOpen = false
    void file.close().catch(() => undefined)
    if (!isDirect) unlinkQuietly(part)
  }
  // An ending signal leaves no time for anything that waits.
  interruption.signal.addEventListener('abort', abandon)
  return {
    async write(piece) {
      try {
        await file.writeFile(piece)
        return true
      } catch (cause) {
        throw failure(path, cause)
      }
    },
    async finish() {
      try {
        await file.close()
        if (!isDirect) renameSync(part, target)
        isOpen = false
      } catch (cause) {
        throw failure(path, cause)
      } finally {
        abandon()
      }
    },
    abandon,
  }
}

function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return undefined
    throw failure(path, cause)
  }
}

function unlinkQuietly(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It is gone already, or never came to be.
  }
}

function failure(path: string, cause: unknown): OauthctlError {
  const message = `${visible(path)} cannot be written: ${fileReason(cause)}`
  if (['ENOSPC', 'EDQUOT', 'EIO'].includes(errnoOf(cause))) {
    return new MachineFault(message, {
      code: 'output_failed',
      hint: 'Make room on the disk, or name another place: -o FILE',
      cause,
    })
  }
  return new UsageError(message, {
    code: 'output_file_invalid',
    hint: 'Name a file that you may write: -o FILE',
    cause,
  })
}
