import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import { createWorld, type World } from '../support/world.ts'

let world: World

beforeEach(() => {
  world = createWorld()
})

afterEach(() => world.close())

/** A server that was handed what `key public` printed. */
async function serverWith(jwks: string) {
  return startAuthorizationServer({
    clients: [
      {
        client_id: 'robot',
        token_endpoint_auth_method: 'private_key_jwt',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        jwks: JSON.parse(jwks) as unknown,
      },
    ],
  })
}

test('the server that has the printed set gives a token for the stored key', async () => {
  await world.run(['key', 'generate', 'ci'])
  // Of the same name, and no key: the key comes first.
  await world.run(['secret', 'set', 'ci'], { input: 'no key at all' })
  const server = await serverWith((await world.run(['key', 'public', 'ci'])).stdout)
  const args = ['--issuer', server.issuer, '--client-id', 'robot', '--client-key', 'keychain:ci']
  const token = ['token', '--client-credentials', '--no-cache', ...args]
  try {
    expect(await world.run(token)).toMatchObject({ code: 0 })
    // Made anew, it is not the one that the server has.
    await world.run(['key', 'generate', 'ci', '--force'])
    expect(await world.run(token)).toMatchObject({ code: 4, stdout: '' })
  } finally {
    await server.stop()
  }
})

test('a key of one’s own may be stored as a secret; what is no key is told', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string
  await world.run(['secret', 'set', 'pem'], { input: pem })
  await world.run(['secret', 'set', 'text'], { input: 'no-key-at-all' })
  const server = await serverWith(
    JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), use: 'sig' }] }),
  )
  const client = ['--issuer', server.issuer, '--client-id', 'robot']
  const token = (key: string) => [
    'token',
    '--client-credentials',
    '--no-cache',
    ...client,
    '--client-key',
    `keychain:${key}`,
  ]
  try {
    expect(await world.run(token('pem'))).toMatchObject({ code: 0 })
    for (const key of ['text', 'nothing']) {
      const result = await world.run(token(key))
      expect(result).toMatchObject({ code: 2, stdout: '' })
      expect(result.stderr).not.toContain('no-key-at-all')
    }
  } finally {
    await server.stop()
  }
})
