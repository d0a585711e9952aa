import { StoreError } from '../errors/families.ts'
import { readPrivateFile, writePrivateFile } from '../files/private-files.ts'
import type { Random } from '../ports/random.ts'
import { visible } from '../text/visible.ts'
import { openJwe, sealJwe } from './jwe.ts'
import { remedyFor } from './remedy.ts'

/** Encrypts one session into a file; the header names the session (`session`), readable to everyone. */
export function writeSealedSession(
  path: string,
  session: { key: Uint8Array; name: string; text: string; random: Random },
): void {
  writePrivateFile(
    path,
    sealJwe(session.key, { session: session.name }, session.text, session.random),
  )
}

/**
 * The text of a sealed session, or undefined when there is no such file; `key` is asked only when
 * there is one. Throws a `StoreError`: `store_wrong_key`, `store_damaged` (also when the file holds
 * another session, as after copying files over each other), `store_unavailable`.
 */
export function readSealedSession(
  path: string,
  session: { key: () => Uint8Array; name: string },
): string | undefined {
  const jwe = readPrivateFile(path)
  if (jwe === undefined) return undefined
  const remedy = remedyFor(session.name)
  const { header, text } = openJwe(session.key(), jwe, { source: visible(path), remedy })
  const found = header['session']
  if (found !== session.name) {
    const other = found === undefined ? 'no session' : `the session ${visible(found, 100)}`
    throw new StoreError(`${visible(path)} holds ${other}, not ${visible(session.name, 100)}`, {
      code: 'store_damaged',
      hint: `Put the file back under its own name, or ${remedy}`,
    })
  }
  return text
}
