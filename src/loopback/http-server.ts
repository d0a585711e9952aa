import type { IncomingMessage, Server, ServerResponse } from 'node:http'

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** Authorization codes and states of some servers run to many kilobytes, all of it in one request line. */
const MAX_HEADER_BYTES = 64 * 1024
/** Browsers open connections ahead of need and leave them silent; they must not pile up. */
const MAX_REQUEST_MS = 10_000

/** A server that is not listening yet and that no slow or silent connection can hold up. */
export function createHttpServer(handler: Handler): Server {
  const http = process.getBuiltinModule('node:http')
  const server = http.createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: MAX_REQUEST_MS,
      requestTimeout: MAX_REQUEST_MS,
      connectionsCheckingInterval: 1000,
      keepAliveTimeout: 1000,
    },
    handler,
  )
  server.maxConnections = 256
  return server
}
