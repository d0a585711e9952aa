import { once } from 'node:events'
import { createServer } from 'node:https'
import { writeFileSync } from 'node:fs'
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { wasNotSent } from '../../src/transport/failures.ts'
import { createHttp } from '../../src/transport/http.ts'
import { startAuthorizationServer } from '../support/authorization-server.ts'
import type { AuthorizationServer } from '../support/authorization-server.ts'
import { makeCertificates, type Certificates } from '../support/certificates.ts'
import { startFakeServer } from '../support/fake-server.ts'
import { close, listen } from '../support/listen.ts'
import type { Result } from '../support/program.ts'
import { startProxy } from '../support/proxy.ts'
import { realClock } from '../support/real-parts.ts'
import { createWorld, type World } from '../support/world.ts'

let certificates: Certificates
let server: AuthorizationServer
let world: World

beforeAll(async () => {
  certificates = makeCertificates()
  server = await startAuthorizationServer({ tls: certificates.good, alwaysRefreshToken: true })
  world = createWorld({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })
  // The robot trusts everything; oauthctl must not, whatever this variable says.
  const login = await world.login([
    '--issuer',
    server.issuer,
    '--client-id',
    'oauthctl-demo',
    '--ca',
    certificates.caFile,
  ])
  expect(login).toMatchObject({ code: 0 })
})

afterAll(async () => {
  await world.close()
  await server.stop()
  certificates.remove()
})

function lastError(result: Result): Record<string, unknown> {
  return JSON.parse(result.stderr.trim().split('\n').at(-1) ?? '').error
}

describe("a certificate authority of one's own", () => {
  test('is trusted with --ca, its variable, its profile key or NODE_EXTRA_CA_CERTS', async () => {
    const { caFile } = certificates
    for (const result of [
      await world.run(['refresh', '--ca', caFile]),
      await world.run(['refresh'], { env: { OAUTHCTL_CA: caFile } }),
      await world.run(['refresh'], { env: { NODE_EXTRA_CA_CERTS: caFile } }),
    ])
      expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(await world.run(['profile', 'set', 'default', `ca=${caFile}`])).toMatchObject({
      code: 0,
    })
    expect(await world.run(['refresh'])).toMatchObject({ code: 0, stderr: '' })
    await world.run(['profile', 'set', 'default', '--unset', 'ca'])
  })

  test('is refused without it, and the error names --ca; nothing is spent', async () => {
    const before = server.requests.length
    for (let i = 0; i < 3; i += 1) {
      const result = await world.run(['refresh', '--json'])
      expect(result).toMatchObject({ code: 5, stdout: '' })
      expect(lastError(result)).toMatchObject({ code: 'tls_failed', retryable: false })
      expect(String(lastError(result)['hint'])).toContain('--ca')
      expect(result.stderr).not.toContain('NODE_TLS_REJECT_UNAUTHORIZED')
    }
    expect(server.requests).toHaveLength(before)
    expect(await world.run(['refresh', '--ca', certificates.caFile])).toMatchObject({ code: 0 })
  })

  test.each([
    ['missing', undefined],
    ['no PEM', 'hello'],
    ['a broken PEM', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ])('a file that is %s is a mistake (2)', async (name, text) => {
    const file = join(world.root, `${name}.pem`)
    if (text !== undefined) writeFileSync(file, text)
    const result = await world.run(['refresh', '--ca', file])
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toContain(file)
    expect(result.stderr).not.toContain('fault of oauthctl')
  })
})

test("the machine's own store is asked before a server is distrusted", async () => {
  const distrusted = await world.run(['discover', server.issuer])
  expect(distrusted.code).toBe(5)
  expect(distrusted.stdout).toContain('--ca FILE')
  const trusted = await world.run(['discover', server.issuer], {
    env: { SSL_CERT_FILE: certificates.caFile },
  })
  expect(trusted).toMatchObject({ code: 0, stderr: '' })
})

describe('a certificate', () => {
  test.each([
    ['for another host', 'wrongHost', /is for another host\n\s+Check the address/],
    ['that has expired', 'expired', /has expired\n\s+Check this machine's clock/],
  ] as const)('%s is refused', async (_, name, why) => {
    const bad = createServer(certificates[name], (_request, response) => response.end('{}'))
    const port = await listen(bad)
    const result = await world.run([
      'discover',
      `https://127.0.0.1:${port}`,
      '--ca',
      certificates.caFile,
    ])
    await close(bad)
    expect(result.code).toBe(5)
    expect(`${result.stdout}${result.stderr}`).toMatch(why)
  })
})

describe('a proxy', () => {
  test('that never answers is not waited for without limit', async () => {
    const silent = createTcpServer(() => undefined).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const started = Date.now()
    const result = await world.run(
      ['refresh', '--json', '--timeout', '1', '--ca', certificates.caFile],
      { env: { HTTPS_PROXY: `http://127.0.0.1:${port}` } },
    )
    expect(result).toMatchObject({ code: 5, signal: null, stdout: '' })
    expect(Date.now() - started).toBeLessThan(15_000)
    silent.close()
  })

  test('tunnels https, with the credentials of HTTPS_PROXY', async () => {
    const proxy = await startProxy({ credentials: 'user:p%ss word' })
    const ca = ['--ca', certificates.caFile]
    const address = `http://user:p%25ss%20word@127.0.0.1:${proxy.port}`
    const result = await world.run(['refresh', '-vv', ...ca], { env: { HTTPS_PROXY: address } })
    expect(result).toMatchObject({ code: 0 })
    const target = new URL(server.issuer).host
    expect(new Set(proxy.requests.map(({ line }) => line))).toEqual(new Set([`CONNECT ${target}`]))
    for (const shown of ['p%25ss', 'p%ss word', proxy.requests[0]?.authorization ?? 'x'])
      expect(result.stderr).not.toContain(shown)

    const count = proxy.requests.length
    for (const list of ['127.0.0.1', '*', `example.com, ${target}`]) {
      const env = { HTTPS_PROXY: address, NO_PROXY: list }
      expect(await world.run(['refresh', ...ca], { env })).toMatchObject({ code: 0 })
    }
    expect(proxy.requests).toHaveLength(count)

    const wrong = { HTTPS_PROXY: `http://user:wrong@127.0.0.1:${proxy.port}` }
    const refused = await world.run(['refresh', '--json', ...ca], { env: wrong })
    expect(refused).toMatchObject({ code: 5, stdout: '' })
    expect(lastError(refused)).toMatchObject({
      code: 'proxy_failed',
      message: expect.stringContaining('wants a user name and password'),
      hint: expect.stringContaining('HTTPS_PROXY'),
    })
    expect(refused.stderr).not.toContain('wrong')
    await proxy.stop()

    const down = await world.run(['refresh', '--json', ...ca], { env: { HTTPS_PROXY: address } })
    expect(down).toMatchObject({ code: 5, stdout: '' })
    expect(down.stderr).not.toContain('p%25ss')
    expect(await world.run(['refresh', ...ca])).toMatchObject({ code: 0 })
  })

  test('forwards http, with its credentials', async () => {
    const proxy = await startProxy({ credentials: 'user:secret-pass' })
    const plain = await startFakeServer({
      'GET /.well-known/openid-configuration': ({ headers }) => ({
        json: { issuer: `http://${headers['host']}` },
      }),
      'GET /.well-known/oauth-authorization-server': { status: 404 },
    })
    const env = { http_proxy: `http://user:secret-pass@127.0.0.1:${proxy.port}` }
    const result = await world.run(['discover', plain.url, '-vv'], { env })
    expect(result.code).toBe(0)
    expect(proxy.requests.length).toBeGreaterThan(0)
    for (const { headers } of plain.requests) expect(headers['proxy-authorization']).toBeUndefined()
    expect(result.stderr).not.toContain('secret-pass')
    await plain.stop()
    await proxy.stop()
  })

  test('--proxy wins over the variables, and takes no password', async () => {
    const proxy = await startProxy()
    const args = ['refresh', '--ca', certificates.caFile, '--proxy']
    const env = { HTTPS_PROXY: 'http://127.0.0.1:9' }
    expect(await world.run([...args, proxy.url], { env })).toMatchObject({ code: 0 })
    expect(proxy.requests.length).toBeGreaterThan(0)
    const literal = await world.run([...args, `http://user:hunter2hunter2@127.0.0.1:${proxy.port}`])
    expect(literal).toMatchObject({ code: 2, stdout: '' })
    expect(literal.stderr).toContain('HTTPS_PROXY')
    expect(literal.stderr).not.toContain('hunter2')
    expect(await world.run([...args, 'socks5://127.0.0.1:9'])).toMatchObject({ code: 2 })
    expect(await world.run([...args, 'not a url'])).toMatchObject({ code: 2 })
    await proxy.stop()
  })
})

describe('a connection that fails', () => {
  /** What the request to a server fails with that does this with each connection. */
  async function failureAt(treat: (socket: Socket) => void): Promise<unknown> {
    const sockets = new Set<Socket>()
    const faulty = createTcpServer((socket) => {
      sockets.add(socket.on('error', () => undefined))
      treat(socket)
    })
    faulty.listen(0, '127.0.0.1')
    await once(faulty, 'listening')
    const { port } = faulty.address() as AddressInfo
    const http = createHttp({
      env: {},
      ca: certificates.caFile,
      clock: realClock,
      timeoutMs: 1000,
      userAgent: 'test',
      signal: new AbortController().signal,
    })
    try {
      const request = http.fetch(`https://127.0.0.1:${port}/token`, { method: 'POST', body: 'a=b' })
      return await request.then(
        () => 'an answer',
        (error: unknown) => error,
      )
    } finally {
      await http.close()
      for (const socket of sockets) socket.destroy()
      faulty.close()
    }
  }

  test.each([
    ['that says nothing', () => undefined],
    ['that is closed', (socket: Socket) => socket.destroy()],
    ['that does not speak TLS', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('before the handshake is over (one %s) has sent nothing', async (_, treat) => {
    const error = await failureAt(treat)
    expect(error).toMatchObject({ exitCode: 5 })
    expect(wasNotSent(error)).toBe(true)
  })

  test.each([
    ['by TLS', (socket: Socket) => socket.end('this is no TLS record, and there is no other')],
    ['by the network', (socket: Socket) => socket.resetAndDestroy()],
    ['by silence', () => undefined],
  ])('after the request went out, %s, may have been heard', async (_, breakOff) => {
    let heard = ''
    const error = await failureAt((socket) => {
      const tls = new TLSSocket(socket, { isServer: true, ...certificates.good })
      tls.on('error', () => undefined)
      tls.on('data', (piece) => {
        heard += String(piece)
        if (heard.includes('a=b')) breakOff(socket)
      })
    })
    expect(heard).toContain('POST /token')
    expect(error).toMatchObject({ exitCode: 5 })
    expect(wasNotSent(error)).toBe(false)
  })
})
