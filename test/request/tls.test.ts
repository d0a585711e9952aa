import { createServer, type Server } from 'node:https'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeCertificates, type Certificates } from '../support/certificates.ts'
import { close, listen } from '../support/listen.ts'
import { startProxy, type ProxyServer } from '../support/proxy.ts'
import { createWorld, type World } from '../support/world.ts'
import { writeSession } from '../support/written-session.ts'

let certificates: Certificates
let server: Server
let proxy: ProxyServer
let world: World
let args: string[]
const authorizations: (string | undefined)[] = []

beforeAll(async () => {
  certificates = makeCertificates()
  server = createServer(certificates.good, (request, response) => {
    authorizations.push(request.headers.authorization)
    request.pipe(response)
  })
  const port = await listen(server)
  proxy = await startProxy({ credentials: 'me:pass' })
  world = createWorld()
  await writeSession({ kind: 'file', stateDir: world.stateDir, env: world.env })
  args = [
    'request',
    `https://127.0.0.1:${port}/`,
    '-d',
    'echo',
    '--allow-host',
    `127.0.0.1:${port}`,
  ]
})

afterAll(async () => {
  await world.close()
  await proxy.stop()
  await close(server)
  certificates.remove()
})

test('a server that cannot prove who it is gets no token', async () => {
  const result = await world.run([...args, '--json'])
  expect(result).toMatchObject({ code: 5, stdout: '' })
  expect(JSON.parse(result.stderr).error.code).toBe('tls_failed')
  expect(authorizations).toEqual([])
})

test("a certificate authority of one's own and a proxy with a password serve requests too", async () => {
  const HTTPS_PROXY = proxy.url.replace('//', '//me:pass@')
  const result = await world.run([...args, '--ca', certificates.caFile], { env: { HTTPS_PROXY } })
  expect(result).toMatchObject({ code: 0, stdout: 'echo', stderr: '' })
  expect(authorizations).toEqual(['Bearer written-access-token-0123456789'])
  expect(proxy.requests).toHaveLength(1)
  expect(proxy.requests[0]?.line).toMatch(/^CONNECT 127\.0\.0\.1:\d+$/)
})
