import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { describeRequest, readBody, sendReply, type Received, type Reply } from './http-exchange.ts'
import { close, listen } from './listen.ts'

export type Route = (request: Received) => Reply | Promise<Reply>

export interface FakeServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  url: string
  requests: Received[]
  /** Adds or replaces a route, named 'METHOD /path'. */
  on(route: string, reply: Reply | Route): void
  /** Stops the server; throws when it was asked anything that no route was written for. */
  stop(): Promise<void>
}

/**
 * A server that answers only what a test has written down, for servers that a certified one cannot
 * be. A request without a route is answered with 500 and makes `stop` throw, so that a test that
 * stops its server fails.
 */
export async function startFakeServer(
  routes: Record<string, Reply | Route> = {},
): Promise<FakeServer> {
  const table = new Map(Object.entries(routes))
  const requests: Received[] = []
  const faults: string[] = []

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = describeRequest(request, await readBody(request))
    requests.push(received)
    const route = table.get(`${received.method} ${received.path}`)
    if (route === undefined) {
      faults.push(`unexpected request: ${received.method} ${received.path}`)
      return sendReply(response, { status: 500, body: 'no such route' }, received)
    }
    return sendReply(
      response,
      typeof route === 'function' ? await route(received) : route,
      received,
    )
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      faults.push(String(error))
      response.destroy()
    })
  })
  const port = await listen(server)

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    on: (route, reply) => void table.set(route, reply),
    async stop() {
      await close(server)
      if (faults.length > 0) throw new Error(faults.join('\n'))
    },
  }
}
