import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { fileError } from '../../src/files/file-errors.ts'
import {
  ensurePrivateFolder,
  readPrivateFile,
  removeFile,
  writePrivateFile,
} from '../../src/files/private-files.ts'
import { bundleChild } from '../support/bundle-child.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let folder: string
const modeOf = (path: string) => statSync(path).mode & 0o7777

beforeEach(() => {
  folder = temporaryFolder()
})

describe('ensurePrivateFolder', () => {
  test('creates the folder and its parents for the owner alone', () => {
    const path = join(folder, 'a', 'b')
    ensurePrivateFolder(path)
    expect(modeOf(path)).toBe(0o700)
    expect(modeOf(join(folder, 'a'))).toBe(0o700)
  })

  test('takes the access of others away', () => {
    const path = join(folder, 'wide')
    mkdirSync(path)
    chmodSync(path, 0o755)
    ensurePrivateFolder(path)
    expect(modeOf(path)).toBe(0o700)
  })

  test('refuses a folder that all users share, and leaves it as it is', () => {
    const path = join(folder, 'shared')
    mkdirSync(path)
    chmodSync(path, 0o1777)
    expect(() => ensurePrivateFolder(path)).toThrow(
      expect.objectContaining({ code: 'store_unavailable' }),
    )
    expect(modeOf(path)).toBe(0o1777)
  })

  test('says what is in the way', () => {
    const path = join(folder, 'file')
    writeFileSync(path, '')
    for (const wanted of [path, join(path, 'below')]) {
      expect(() => ensurePrivateFolder(wanted)).toThrow(
        expect.objectContaining({
          code: 'store_unavailable',
          message: expect.stringContaining(path),
          hint: expect.stringContaining('OAUTHCTL_STATE_DIR'),
        }),
      )
    }
  })
})

describe('writePrivateFile', () => {
  test('writes the whole text for the owner alone, and leaves nothing beside it', () => {
    const path = join(folder, 'file')
    writePrivateFile(path, 'Zoë\n')
    expect(readFileSync(path, 'utf8')).toBe('Zoë\n')
    expect(modeOf(path)).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['file'])
  })

  test('narrows the mode of a file that was there', () => {
    const path = join(folder, 'file')
    writeFileSync(path, 'old')
    chmodSync(path, 0o644)
    writePrivateFile(path, 'new')
    expect(modeOf(path)).toBe(0o600)
  })

  test('never writes through a link that somebody put at the temporary name', () => {
    const victim = join(folder, 'victim')
    writeFileSync(victim, 'untouched')
    symlinkSync(victim, join(folder, '.file.0.tmp'))
    writePrivateFile(join(folder, 'file'), 'text')
    expect(readFileSync(victim, 'utf8')).toBe('untouched')
    expect(lstatSync(join(folder, 'file')).isSymbolicLink()).toBe(false)
  })

  test('a failure leaves no temporary file and what was there', () => {
    const path = join(folder, 'in-the-way')
    mkdirSync(join(path, 'full'), { recursive: true })
    expect(() => writePrivateFile(path, 'text')).toThrow(
      expect.objectContaining({
        code: 'store_unavailable',
        message: expect.stringContaining(path),
      }),
    )
    expect(readdirSync(folder)).toEqual(['in-the-way'])
    expect(existsSync(join(path, 'full'))).toBe(true)
  })

  test('a write that fails half-way leaves the old text and no temporary file', async () => {
    const child = await bundleChild(new URL('write-child.ts', import.meta.url))
    try {
      const path = join(folder, 'file')
      writePrivateFile(path, 'old')
      // A limit on the size of files fails a write half-way, as a full disk does.
      const run = spawnSync(
        'sh',
        ['-c', 'ulimit -f 8; exec "$0" "$1" "$2"', process.execPath, child.path, path],
        {
          encoding: 'utf8',
        },
      )
      expect(run.stdout).toBe('store_unavailable')
      expect(readFileSync(path, 'utf8')).toBe('old')
      expect(readdirSync(folder)).toEqual(['file'])
    } finally {
      child.remove()
    }
  })
})

test.each([
  ['ENOSPC', 'disk_full'],
  ['EDQUOT', 'disk_full'],
  ['EROFS', 'store_unavailable'],
  ['EACCES', 'store_unavailable'],
  ['EWHATEVER', 'store_unavailable'],
])('%s is %s', (code, mapped) => {
  const error = fileError('/state/file', 'written', Object.assign(new Error('x'), { code }))
  expect(error).toMatchObject({ code: mapped, message: expect.stringContaining('/state/file') })
  expect(error.message).toContain(code)
  expect(error.hint).toBeDefined()
})

test('reads what is there, undefined only where nothing is', () => {
  writeFileSync(join(folder, 'file'), 'text')
  expect(readPrivateFile(join(folder, 'file'))).toBe('text')
  expect(readPrivateFile(join(folder, 'absent'))).toBeUndefined()
  expect(() => readPrivateFile(folder)).toThrow(
    expect.objectContaining({ code: 'store_unavailable' }),
  )
  expect(() => readPrivateFile(join(folder, 'file', 'below'))).toThrow(
    expect.objectContaining({ code: 'store_unavailable' }),
  )
})

test('removes, and tells whether there was something', () => {
  writeFileSync(join(folder, 'file'), 'text')
  expect(removeFile(join(folder, 'file'))).toBe(true)
  expect(removeFile(join(folder, 'file'))).toBe(false)
  expect(() => removeFile(folder)).toThrow(expect.objectContaining({ code: 'store_unavailable' }))
})
