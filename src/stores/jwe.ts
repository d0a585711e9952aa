import { StoreError } from '../errors/families.ts'
import type { Random } from '../ports/random.ts'
import { remedyFor } from './remedy.ts'

// RFC 7516 compact serialisation with `dir` (RFC 7518 section 4.5) and `A256GCM` (section 5.3),
// by node:crypto alone because the quickest way to a stored token passes here. It is loaded where it
// is used, because most of those starts find nothing encrypted.
const crypto = () => process.getBuiltinModule('node:crypto')

export type JweHeader = Readonly<Record<string, string>>

const IV_LENGTH = 12
const TAG_LENGTH = 16

/**
 * Names a key without telling it: the first 16 characters of its JWK thumbprint (RFC 7638, SHA-256).
 */
export function keyId(key: Uint8Array): string {
  const jwk = `{"k":"${Buffer.from(key).toString('base64url')}","kty":"oct"}`
  return crypto().createHash('sha256').update(jwk).digest('base64url').slice(0, 16)
}

/** Encrypts a text under a 32-byte key. The header is readable to everyone and protected from change. */
export function sealJwe(key: Uint8Array, header: JweHeader, text: string, random: Random): string {
  const full = { ...header, alg: 'dir', enc: 'A256GCM', kid: keyId(key) }
  const protectedHeader = Buffer.from(JSON.stringify(full)).toString('base64url')
  const iv = random.bytes(IV_LENGTH)
  const cipher = crypto().createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(Buffer.from(protectedHeader))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  const rest = [iv, sealed, cipher.getAuthTag()].map((p) => Buffer.from(p).toString('base64url'))
  return [protectedHeader, '', ...rest].join('.')
}

/** How messages speak of a sealed text. */
export interface Sealed {
  source: string
  /** What to do about one that cannot be read. */
  remedy: string
}

const UNNAMED: Sealed = { source: 'the sealed text', remedy: remedyFor('') }

/**
 * Decrypts what `sealJwe` made. Throws a `StoreError`: `store_wrong_key` when another key sealed it,
 * `store_damaged` when it was changed or cut.
 */
export function openJwe(
  key: Uint8Array,
  jwe: string,
  source: Sealed = UNNAMED,
): { header: JweHeader; text: string } {
  const header = readJweHeader(jwe, source)
  if (header['alg'] !== 'dir' || header['enc'] !== 'A256GCM') throw damaged(source)
  if (header['kid'] !== keyId(key)) throw wrongKey(source, header['kid'], keyId(key))
  const [protectedHeader = '', , ...rest] = jwe.trim().split('.')
  const [iv, sealed, tag] = rest.map((part) => decode(part, source))
  if (iv?.length !== IV_LENGTH || tag?.length !== TAG_LENGTH || sealed === undefined) {
    throw damaged(source)
  }
  try {
    const decipher = crypto().createDecipheriv('aes-256-gcm', key, iv, {
      authTagLength: TAG_LENGTH,
    })
    decipher.setAAD(Buffer.from(protectedHeader))
    decipher.setAuthTag(tag)
    const text = Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8')
    return { header, text }
  } catch (error) {
    throw damaged(source, error)
  }
}

/** The header, unverified, without any key. Throws a `StoreError` `store_damaged`. */
export function readJweHeader(jwe: string, source: Sealed = UNNAMED): JweHeader {
  const parts = jwe.trim().split('.')
  if (parts.length !== 5 || parts[1] !== '') throw damaged(source)
  let parsed: unknown
  try {
    parsed = JSON.parse(decode(parts[0] ?? '', source).toString('utf8'))
  } catch (error) {
    throw damaged(source, error)
  }
  if (typeof parsed !== 'object' || parsed === null) throw damaged(source)
  const members = Object.entries(parsed)
  return Object.fromEntries(members.filter(([, value]) => typeof value === 'string'))
}

function decode(part: string, source: Sealed): Buffer {
  const bytes = Buffer.from(part, 'base64url')
  // Buffer skips what is not base64url; a text that does not come back the same was changed.
  if (bytes.toString('base64url') !== part) throw damaged(source)
  return bytes
}

function damaged({ source, remedy }: Sealed, cause?: unknown): StoreError {
  return new StoreError(`${source} is damaged: it is not what oauthctl wrote`, {
    code: 'store_damaged',
    hint: remedy,
    cause,
  })
}

function wrongKey(
  { source, remedy }: Sealed,
  theirs: string | undefined,
  ours: string,
): StoreError {
  // The other id is shown only in the form that we write ourselves; anything else is untrusted text.
  const named = /^[\w-]{16}$/.test(theirs ?? '') ? ` ${theirs}` : ''
  return new StoreError(`${source} was encrypted with another key${named}, not with ${ours}`, {
    code: 'store_wrong_key',
    hint: `set OAUTHCTL_STORE_KEY or OAUTHCTL_STORE_KEY_FILE to the key that it was stored with; or, if that key is lost, ${remedy}`,
  })
}
