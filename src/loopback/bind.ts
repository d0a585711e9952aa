import type { Server } from 'node:http'
import { bindError, systemCode } from './bind-errors.ts'
import { createHttpServer, type Handler } from './http-server.ts'

export interface Bound {
  port: number
  /**
   * Stops listening and cuts every connection: `server.close()` alone waits for the idle ones that
   * browsers keep open. Resolves when the port is free. Never throws.
   */
  close(): Promise<void>
}

interface BindOptions {
  /** `localhost` binds 127.0.0.1 and ::1 on the same port. */
  host: string
  /** 0: any free port. */
  port: number
  handler: Handler
  platform: NodeJS.Platform
  createServer?: (handler: Handler) => Server
}

const ATTEMPTS = 10
const NO_IPV6 = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT'])

/**
 * Listens on loopback only. When it resolves, connections are accepted. Throws a `UsageError`
 * `port_in_use` or `port_forbidden` for a fixed port, a `MachineFault` `listen_failed` else.
 */
export async function bindLoopback(options: BindOptions): Promise<Bound> {
  const { host, port, handler, platform, createServer = createHttpServer } = options
  for (let attempt = 1; ; attempt += 1) {
    const servers: Server[] = []
    let at = host === 'localhost' ? '127.0.0.1' : host
    try {
      const first = await listen(createServer(handler), at, port)
      servers.push(first.server)
      if (host === 'localhost') {
        at = '::1'
        const second = await listen(createServer(handler), at, first.port).catch(missingIpv6)
        if (second !== undefined) servers.push(second.server)
      }
      return { port: first.port, close: () => closeAll(servers) }
    } catch (cause) {
      await closeAll(servers)
      const another = port === 0 && systemCode(cause) === 'EADDRINUSE' && attempt < ATTEMPTS
      if (!another) throw bindError({ host: at, port, platform, cause })
    }
  }
}

function missingIpv6(cause: unknown): undefined {
  if (!NO_IPV6.has(systemCode(cause))) throw cause
}

interface Listening {
  server: Server
  port: number
}

function listen(server: Server, host: string, port: number): Promise<Listening> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, ipv6Only: true, exclusive: true }, () => {
      const address = server.address()
      if (address === null || typeof address === 'string') {
        reject(new Error('the server has no port'))
        return
      }
      server.off('error', reject)
      // An error of one accepted connection (out of file descriptors) must not end the process.
      server.on('error', () => undefined)
      resolve({ server, port: address.port })
    })
  })
}

async function closeAll(servers: Server[]): Promise<void> {
  const closed = servers.map(
    (server) =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
      }),
  )
  for (const server of servers) server.closeAllConnections()
  await Promise.all(closed)
}
