import { dirname } from 'node:path'
import { StoreError, UsageError } from '../errors/families.ts'
import {
  behindLinks,
  ensureFolder,
  readPrivateFile,
  writePrivateFile,
} from '../files/private-files.ts'
import type { Locks } from '../ports/lock.ts'
import { visible } from '../text/visible.ts'
import { parseProfileFile, withProfile, type ProfileFile } from './profile-file.ts'

/** The profile file on disk. Both throw a `UsageError` `config_unusable` where it cannot be used. */
export interface ProfileStore {
  readonly path: string | undefined
  load(): ProfileFile
  /**
   * Changes one profile under a lock, so that two writers do not lose each other's change; `change`
   * gets the profile as it stands now and returns the new one, or undefined to remove it.
   */
  update(name: string, change: ProfileChange): Promise<void>
}

export type ProfileChange = (
  current: Record<string, unknown> | undefined,
  file: ProfileFile,
) => { profile: Record<string, unknown> | undefined; defaultProfile?: string }

export function createProfileStore(path: string | undefined, locks: Locks): ProfileStore {
  const load = (): ProfileFile =>
    parseProfileFile(path && usable(path, () => readPrivateFile(path)), path ?? '')
  return {
    path,
    load,
    async update(name, change) {
      if (!path) {
        throw new UsageError('there is no place for a profile file, because HOME is not set', {
          code: 'config_unplaced',
          hint: 'Set HOME or OAUTHCTL_CONFIG, or add --no-save',
        })
      }
      const release = await locks.acquire('profiles')
      try {
        const file = load()
        const { profile, defaultProfile } = change(file.profiles[name], file)
        const text = withProfile(file, name, profile, defaultProfile)
        // The folder may be anybody's: only what is missing is made, nothing else is changed.
        usable(path, () => {
          ensureFolder(dirname(path))
          writePrivateFile(behindLinks(path), text)
        })
      } finally {
        release()
      }
    },
  }
}

// What is a store elsewhere is here the file that the user named.
function usable<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    throw new UsageError(error.message, {
      code: 'config_unusable',
      hint: `See who owns it with: ls -ld ${visible(dirname(path))}; or name another file with --config`,
      cause: error,
    })
  }
}
