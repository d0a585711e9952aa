import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { calculateJwkThumbprint } from 'jose'
import { describe, expect, test } from 'vitest'
import { generateKey, KEY_ALGORITHMS } from '../../src/keys/generate-key.ts'
import { loadPrivateKey } from '../../src/keys/load-private-key.ts'
import { publicKeySet, thumbprint } from '../../src/keys/public-key-set.ts'
import { signingAlgorithm } from '../../src/keys/signing-algorithm.ts'
import { parseStoredKey, printStoredKey } from '../../src/keys/stored-keys.ts'

const members: Record<string, string[]> = {
  EC: ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
  OKP: ['alg', 'crv', 'kid', 'kty', 'use', 'x'],
  RSA: ['alg', 'e', 'kid', 'kty', 'n', 'use'],
}

describe.each(KEY_ALGORITHMS)('%s', (alg) => {
  test('makes a private key whose public half has public members only', async () => {
    const key = await generateKey(alg)
    const [shown] = publicKeySet(key).keys
    expect(Object.keys(shown ?? {}).toSorted()).toEqual(members[key.kty ?? ''])
    expect(shown).toMatchObject({ alg, use: 'sig', kid: await calculateJwkThumbprint(key) })
    expect(key.d).toBeTypeOf('string')

    const text = Buffer.from('signed')
    const hash = key.kty === 'OKP' ? null : 'sha256'
    const signature = sign(hash, text, createPrivateKey({ key, format: 'jwk' }))
    const publicKey = createPublicKey({ key: shown ?? {}, format: 'jwk' })
    expect(verify(hash, text, publicKey, signature)).toBe(true)
  })

  test('comes back from its stored text, ready to sign with', async () => {
    const key = await generateKey(alg)
    expect(parseStoredKey(printStoredKey(key), 'ci')).toEqual(key)
    const wish = { kid: undefined, passphrase: undefined, spelling: '--client-key' }
    const loaded = loadPrivateKey(printStoredKey(key), wish)
    expect(loaded.kid).toBe(key.kid)
    expect(signingAlgorithm(loaded, undefined)).toBe(alg)
  })
})

test('no two keys are the same', async () => {
  expect((await generateKey('ES256')).kid).not.toBe((await generateKey('ES256')).kid)
})

test.each(['HS256', 'none', 'es256', '', 'toString', '__proto__'])('%j is refused', async (alg) => {
  await expect(generateKey(alg)).rejects.toMatchObject({ code: 'algorithm_unknown', exitCode: 2 })
})

// The example of RFC 7638 section 3.1.
test('the thumbprint is the one of the specification', () => {
  const n =
    '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw'
  const key = { kty: 'RSA', n, e: 'AQAB', alg: 'RS256', kid: '2011-04-29' }
  expect(thumbprint(key)).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
})

test.each(['', 'null', '[]', '"x"', '{}', '{"kty":"oct","k":"c2VjcmV0LXZhbHVl","alg":"HS256"}'])(
  'a stored text that is no key (%s) is damaged, and not shown',
  (text) => {
    expect(() => parseStoredKey(text, 'ci')).toThrow(
      expect.objectContaining({
        code: 'store_damaged',
        exitCode: 7,
        message: expect.not.stringContaining('c2Vj'),
      }),
    )
  },
)
