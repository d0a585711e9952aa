import { dirname } from 'node:path'
import { MachineFault, type OauthctlError, StoreError } from '../errors/families.ts'
import { visible } from '../text/visible.ts'

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EBUSY: 'another program has it open',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'something that is not a folder is in its place',
  EFBIG: 'it may not grow that large',
  EIO: 'the disk reports an error',
  EISDIR: 'it is a folder',
  ELOOP: 'its symbolic links form a loop',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'its name is too long',
  ENFILE: 'too many files are open',
  ENOENT: 'its folder does not exist',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is not a folder',
  EPERM: 'the operation is not permitted',
  EROFS: 'the file system is read-only',
}

/** The code of a failed system call (`ENOENT`), or the empty text for any other error. */
export function errnoOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}

/** Why a system call failed, in words, with its code for searching: `permission denied (EACCES)`. */
export function fileReason(error: unknown): string {
  const code = errnoOf(error)
  if (code === '') return 'the system gave no reason'
  const reason = REASONS[code]
  return reason === undefined ? visible(code) : `${reason} (${code})`
}

/**
 * A failed file operation as what the user can act on: `disk_full` (a `MachineFault`) or
 * `store_unavailable` (a `StoreError`). `action` completes "PATH cannot be …".
 */
export function fileError(path: string, action: string, error: unknown): OauthctlError {
  const message = `${visible(path)} cannot be ${action}: ${fileReason(error)}`
  const code = errnoOf(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const hint = `make room on the disk that holds ${visible(dirname(path))}, then run the command again`
    return new MachineFault(message, { code: 'disk_full', hint, cause: error })
  }
  const hint = `see who owns it with: ls -ld ${visible(dirname(path))}; or name another folder with OAUTHCTL_STATE_DIR`
  return new StoreError(message, { code: 'store_unavailable', hint, cause: error })
}
