import { createHash, X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ownWorld, robot, runInContainer } from '../grants/machines.ts'
import { toldError } from '../login/logins.ts'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import { makeCertificates, type Certificates } from '../support/certificates.ts'
import {
  makeClientCertificate,
  mutualTls,
  type ClientCertificateFiles,
} from '../support/client-certificates.ts'
import type { Env, Result } from '../support/program.ts'

let certificates: Certificates
let server: AuthorizationServer
let signed: ClientCertificateFiles
let own: ClientCertificateFiles

beforeAll(async () => {
  certificates = makeCertificates()
  const folder = dirname(certificates.caFile)
  const ca = { cert: certificates.caFile, key: join(folder, 'ca.key') }
  signed = makeClientCertificate(folder, 'robot', ca)
  own = makeClientCertificate(folder, 'self')
  const bound = {
    tls_client_certificate_bound_access_tokens: true,
    client_secret: undefined,
    grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
    response_types: ['code'],
    application_type: 'native',
    redirect_uris: ['http://127.0.0.1/callback'],
    scope: 'openid offline_access api:read api:write',
  }
  const certificate = new X509Certificate(own.text)
  const jwk = certificate.publicKey.export({ format: 'jwk' })
  server = await startAuthorizationServer({
    alwaysRefreshToken: true,
    tls: {
      ...certificates.good,
      requestCert: true,
      ca: readFileSync(certificates.caFile, 'utf8'),
    },
    clients: [
      robot('robot', 'tls_client_auth', { ...bound, tls_client_auth_subject_dn: 'CN=robot' }),
      robot('self', 'self_signed_tls_client_auth', {
        ...bound,
        jwks: { keys: [{ ...jwk, x5c: [certificate.raw.toString('base64')] }] },
      }),
    ],
    overrides: {
      features: { mTLS: mutualTls },
      clientAuthMethods: [
        'none',
        'client_secret_basic',
        'client_secret_post',
        'tls_client_auth',
        'self_signed_tls_client_auth',
      ],
    },
  })
})
afterAll(async () => {
  await server.stop()
  certificates.remove()
})
beforeEach(() => server.reset())

const variables = (clientId: string): Env => ({
  OAUTHCTL_ISSUER: server.issuer,
  OAUTHCTL_CLIENT_ID: clientId,
  OAUTHCTL_CA: certificates.caFile,
  OAUTHCTL_SCOPE: 'api:read',
})

function token(clientId: string, args: string[], env: Env = {}): Promise<Result> {
  const command = ['token', '--client-credentials', ...args]
  return runInContainer(command, { ...variables(clientId), ...env })
}

function thumbprint({ text }: ClientCertificateFiles): string {
  return createHash('sha256').update(new X509Certificate(text).raw).digest('base64url')
}

describe('a client certificate', () => {
  it.each([
    ['tls_client_auth', 'robot', () => signed],
    ['self_signed_tls_client_auth', 'self', () => own],
  ] as const)('%s: authenticates, and the token is bound to it', async (method, id, files) => {
    server.alterMetadata((json) => ({ ...json, token_endpoint_auth_methods_supported: [method] }))
    const { cert, key } = files()
    const resource = `${server.issuer}/api`
    const args = ['--cert', cert, '--cert-key', `file:${key}`, '--resource', resource, '-vv']
    const result = await token(id, args)
    expect(result).toMatchObject({ code: 0 })
    expect(result.stderr).toContain(`authenticates with ${method}`)
    expect(decodeJwt(result.stdout.trim())).toMatchObject({
      cnf: { 'x5t#S256': thumbprint(files()) },
    })
    const secret = readFileSync(key, 'utf8').split('\n')[1] ?? 'x'
    expect(result.stderr).not.toContain(secret)
  })

  it('has its key in the same file, a variable, a command or a pipe', async () => {
    const folder = dirname(signed.cert)
    const key = readFileSync(signed.key, 'utf8')
    const both = join(folder, 'both.pem')
    writeFileSync(both, signed.text + key, { mode: 0o600 })
    expect(await token('robot', ['--cert', both])).toMatchObject({ code: 0, stderr: '' })
    for (const reference of ['env:KEY', `cmd:cat '${signed.key}'`, '-']) {
      const args = ['token', '--client-credentials', '--cert', signed.cert, '--cert-key', reference]
      // Twice over TLS: the usual certificates first, then those of the system.
      const env = { ...variables('robot'), OAUTHCTL_CA: undefined, KEY: key }
      const input = reference === '-' ? { input: key } : {}
      const system = { SSL_CERT_FILE: certificates.caFile }
      const result = await runInContainer(args, { ...env, ...system }, input)
      expect(result).toMatchObject({ code: 0, stderr: '' })
    }
  })

  it('goes to the endpoints for mutual TLS where the server names some', async () => {
    const { port } = new URL(server.issuer)
    server.alterMetadata((json) => ({
      ...json,
      mtls_endpoint_aliases: { token_endpoint: `https://localhost:${port}/token` },
    }))
    const args = ['--cert', signed.cert, '--cert-key', `file:${signed.key}`]
    expect(await token('robot', args)).toMatchObject({ code: 0, stderr: '' })
    expect(server.requestsTo('/token')[0]?.headers['host']).toBe(`localhost:${port}`)
  })

  it('that is another one than before does not get its cached token', async () => {
    const world = ownWorld(variables('robot'))
    const cert = join(world.root, 'client.pem')
    const args = ['token', '--client-credentials', '--cert', cert]
    const write = (files: ClientCertificateFiles) =>
      writeFileSync(cert, files.text + readFileSync(files.key, 'utf8'), { mode: 0o600 })
    write(signed)
    const first = await world.run(args)
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(await world.run(args)).toEqual(first)
    expect(server.requestsTo('/token')).toHaveLength(1)
    write(own)
    expect(await world.run(args)).toMatchObject({ code: 4, stdout: '' })
  })
})

describe('a certificate that cannot be used (2)', () => {
  it.each<[string, () => string[], string]>([
    ['no key', () => ['--cert', signed.cert], '--cert-key'],
    [
      'the key of another one',
      () => ['--cert', signed.cert, '--cert-key', `file:${own.key}`],
      'together',
    ],
    ['no such file', () => ['--cert', '/no/such.pem', '--cert-key', 'env:X'], '/no/such.pem'],
    ['no certificate', () => ['--cert', signed.key, '--cert-key', `file:${signed.key}`], 'no PEM'],
    [
      'a key alone',
      () => ['--cert-key', `file:${signed.key}`, '--client-secret', 'env:X'],
      '--cert',
    ],
    ['a damaged one', () => ['--cert', damaged(), '--cert-key', `file:${signed.key}`], 'damaged'],
  ])('%s', async (_, args, said) => {
    const result = await token('robot', args(), { X: 'some-text' })
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toContain(said)
    expect(server.requests).toEqual([])
  })

  function damaged(): string {
    const path = join(dirname(signed.cert), 'damaged.pem')
    const text = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
    writeFileSync(path, text)
    return path
  }
})

describe('the client authenticates with its certificate everywhere', () => {
  it('login, refresh, userinfo and logout', async () => {
    // The robot trusts everything; oauthctl heeds no such variable.
    const world = ownWorld({ OAUTHCTL_CA: certificates.caFile, NODE_TLS_REJECT_UNAUTHORIZED: '0' })
    const login = await world.login([
      '--issuer',
      server.issuer,
      '--client-id',
      'robot',
      '--cert',
      signed.cert,
      '--cert-key',
      `file:${signed.key}`,
      '--scope',
      'openid offline_access',
      '--prompt',
      'consent',
    ])
    expect(login).toMatchObject({ code: 0 })
    for (const command of ['refresh', 'userinfo', 'logout'])
      expect(await world.run([command])).toMatchObject({ code: 0 })
    expect(server.requestsTo('/token')).toHaveLength(2)
    expect(server.requestsTo('/token/revocation')[0]?.answered?.status).toBe(200)
  })

  it('and not at another server than the profile names', async () => {
    const world = ownWorld({ OAUTHCTL_CA: certificates.caFile })
    const robotProfile = {
      issuer: server.issuer,
      client_id: 'robot',
      grant_type: 'client_credentials',
      cert: signed.cert,
      cert_key: `file:${signed.key}`,
    }
    world.writeConfig({ profiles: { robot: robotProfile } })
    expect(await world.run(['token', 'robot'])).toMatchObject({ code: 0, stderr: '' })
    const away = await world.run(['token', 'robot', '--issuer', 'https://127.0.0.1:9', '--json'])
    expect(away).toMatchObject({ code: 2, stdout: '' })
    expect(toldError(away).code).toBe('credentials_bound')
  })
})
