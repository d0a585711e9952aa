import { randomBytes } from 'node:crypto'
import { calculateJwkThumbprint, compactDecrypt, CompactEncrypt } from 'jose'
import { expect, test } from 'vitest'
import { keyId, openJwe, readJweHeader, sealJwe } from '../../src/stores/jwe.ts'
import { realRandom } from '../support/real-parts.ts'

const key = new Uint8Array(randomBytes(32))

test('jose decrypts what we seal', async () => {
  const jwe = sealJwe(key, { session: 'work' }, 'Zoë', realRandom)
  const { plaintext, protectedHeader } = await compactDecrypt(jwe, key)
  expect(Buffer.from(plaintext).toString('utf8')).toBe('Zoë')
  expect(protectedHeader).toEqual({
    session: 'work',
    alg: 'dir',
    enc: 'A256GCM',
    kid: keyId(key),
  })
})

test('we open what jose seals', async () => {
  const header = { alg: 'dir', enc: 'A256GCM', kid: keyId(key), session: 'work' }
  const jwe = await new CompactEncrypt(Buffer.from('text')).setProtectedHeader(header).encrypt(key)
  expect(openJwe(key, jwe)).toEqual({ header, text: 'text' })
})

test('the key id is the beginning of the RFC 7638 thumbprint', async () => {
  const k = Buffer.from(key).toString('base64url')
  const thumbprint = await calculateJwkThumbprint({ kty: 'oct', k })
  expect(keyId(key)).toBe(thumbprint.slice(0, 16))
})

test('the same text is never sealed the same way twice', () => {
  const seal = () => sealJwe(key, {}, 'text', realRandom)
  expect(seal()).not.toBe(seal())
})

test('the caller cannot change the algorithm', () => {
  expect(readJweHeader(sealJwe(key, { alg: 'none', kid: 'x' }, 'text', realRandom))).toMatchObject({
    alg: 'dir',
    kid: keyId(key),
  })
})

test('every changed part is found', () => {
  const jwe = sealJwe(key, { session: 'work' }, 'a text of some length', realRandom)
  for (let at = 0; at < jwe.length; at += 1) {
    if (jwe[at] === '.') continue
    const changed = jwe.slice(0, at) + (jwe[at] === 'A' ? 'B' : 'A') + jwe.slice(at + 1)
    expect(() => openJwe(key, changed), `character ${at}`).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^store_(damaged|wrong_key)$/) }),
    )
  }
})

test.each(['', '.', 'a.b.c', '....', 'e30....', 'bnVsbA....', `${'a'.repeat(10)}....`])(
  '%j is damaged',
  (text) => {
    expect(() => openJwe(key, text)).toThrow(expect.objectContaining({ code: 'store_damaged' }))
  },
)

test('another key is told apart from damage, and named', () => {
  const jwe = sealJwe(new Uint8Array(32), {}, 'text', realRandom)
  expect(() => openJwe(key, jwe)).toThrow(
    expect.objectContaining({
      code: 'store_wrong_key',
      message: expect.stringContaining(keyId(new Uint8Array(32))),
      hint: expect.stringMatching(
        /OAUTHCTL_STORE_KEY.*oauthctl logout \{profile\} --local.*oauthctl login/,
      ),
    }),
  )
})
