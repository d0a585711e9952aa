import { createServer, type Server } from 'node:http'
import { networkInterfaces } from 'node:os'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bindError } from '../../src/loopback/bind-errors.ts'
import { bindLoopback, type Bound } from '../../src/loopback/bind.ts'
import type { Handler } from '../../src/loopback/http-server.ts'
import { openSocket, reachable } from './raw.ts'

const { platform } = process
const handler: Handler = (_request, response) => void response.end('ok')

async function bind(options: Partial<Parameters<typeof bindLoopback>[0]> = {}): Promise<Bound> {
  const bound = await bindLoopback({ host: '127.0.0.1', port: 0, handler, platform, ...options })
  onTestFinished(() => bound.close())
  return bound
}

async function occupy(host: string, port = 0): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, ipv6Only: true }, resolve)
  })
  onTestFinished(() => void server.close())
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Servers of which every one for ::1 meets `before` first. */
function meetingOnIpv6(before: (server: Server, port: number) => Promise<string>) {
  return (handle: Handler): Server => {
    const server = createServer(handle)
    const listen = server.listen.bind(server)
    server.listen = ((options: { host: string; port: number }, done: () => void) => {
      if (options.host !== '::1') return listen(options, done)
      void before(server, options.port).then((host) => listen({ ...options, host }, done))
      return server
    }) as typeof server.listen
    return server
  }
}

describe('bindLoopback', () => {
  it('is reachable on 127.0.0.1 at once, and on no other interface', async () => {
    const { port } = await bind()
    expect(await reachable(port)).toBe(true)
    expect(await reachable(port, '::1')).toBe(false)
    const others = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter((one) => !one.internal && one.family === 'IPv4')
    for (const { address } of others) expect(await reachable(port, address)).toBe(false)
  })

  it('binds localhost on both stacks with one port', async () => {
    const { port } = await bind({ host: 'localhost' })
    expect(await reachable(port, '127.0.0.1')).toBe(true)
    expect(await reachable(port, '::1')).toBe(true)
  })

  it('binds ::1 alone for that literal', async () => {
    const { port } = await bind({ host: '::1' })
    expect(await reachable(port, '::1')).toBe(true)
    expect(await reachable(port, '127.0.0.1')).toBe(false)
  })

  it('names the port and the option when a fixed port is taken', async () => {
    const port = await occupy('127.0.0.1')
    await expect(bind({ port })).rejects.toMatchObject({
      code: 'port_in_use',
      exitCode: 2,
      message: expect.stringContaining(String(port)),
      hint: expect.stringContaining('--redirect-uri'),
    })
  })

  it('takes a fixed localhost port as taken when only ::1 is, and frees 127.0.0.1 again', async () => {
    const port = await occupy('::1')
    await expect(bind({ port, host: 'localhost' })).rejects.toMatchObject({
      code: 'port_in_use',
      message: expect.stringContaining('::1'),
    })
    await expect(occupy('127.0.0.1', port)).resolves.toBe(port)
  })

  it('moves to another free port when ::1 is taken on the first one', async () => {
    const taken: number[] = []
    const { port } = await bind({
      host: 'localhost',
      createServer: meetingOnIpv6(async (_server, wanted) => {
        if (taken.length < 2) taken.push(await occupy('::1', wanted))
        return '::1'
      }),
    })
    expect(taken).toHaveLength(2)
    expect(taken).not.toContain(port)
    expect(await reachable(port, '::1')).toBe(true)
  })

  it('gives up after some tries when ::1 is taken on every port', async () => {
    const createOccupied = meetingOnIpv6(async (_server, wanted) => {
      await occupy('::1', wanted)
      return '::1'
    })
    await expect(bind({ host: 'localhost', createServer: createOccupied })).rejects.toMatchObject({
      code: 'listen_failed',
      exitCode: 1,
    })
  })

  it('goes on without ::1 on a machine that has none', async () => {
    // An address of the documentation range is on no machine: the system answers as it does for a missing ::1.
    const { port } = await bind({
      host: 'localhost',
      createServer: meetingOnIpv6(() => Promise.resolve('2001:db8::1')),
    })
    expect(await reachable(port, '127.0.0.1')).toBe(true)
  })

  it('closes with silent connections open, and twice', async () => {
    const bound = await bind()
    const idle = await openSocket(bound.port)
    const gone = new Promise((resolve) => {
      idle.on('close', resolve)
    })
    await Promise.all([bound.close(), bound.close()])
    await gone
    expect(await reachable(bound.port)).toBe(false)
  })
})

describe('bindError', () => {
  const cause = (code: string): Error => Object.assign(new Error('x'), { code })

  it('sends people on Windows to the reserved ranges', () => {
    const error = bindError({
      host: '127.0.0.1',
      port: 8080,
      platform: 'win32',
      cause: cause('EADDRINUSE'),
    })
    expect(error.hint).toContain('netsh interface ipv4 show excludedportrange protocol=tcp')
  })

  it('says that a privileged port is forbidden', () => {
    const error = bindError({
      host: '127.0.0.1',
      port: 80,
      platform: 'linux',
      cause: cause('EACCES'),
    })
    expect(error).toMatchObject({ code: 'port_forbidden', exitCode: 2 })
    expect(error.message).toContain('80')
    expect(error.hint).toContain('--redirect-uri')
  })
})
