import { ensurePrivateFolder, readPrivateFile, writePrivateFile } from '../files/private-files.ts'
import { dirname } from 'node:path'
import { UsageError } from '../errors/families.ts'
import type { Locks } from '../ports/lock.ts'
import { parseProfileFile, withProfile, type ProfileFile } from './profile-file.ts'

/** The profile file on disk. */
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
  const load = (): ProfileFile => parseProfileFile(path && readPrivateFile(path), path ?? '')
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
        ensurePrivateFolder(dirname(path))
        writePrivateFile(path, withProfile(file, name, profile, defaultProfile))
      } finally {
        release()
      }
    },
  }
}
