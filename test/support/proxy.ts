import { createServer, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { close, listen } from './listen.ts'

export interface ProxyServer {
  /** `http://127.0.0.1:PORT`. */
  url: string
  port: number
  /** What was asked: 'CONNECT host:port' or 'GET http://host:port/path', with the credentials sent. */
  requests: { line: string; authorization: string | undefined }[]
  stop(): Promise<void>
}

/**
 * A real HTTP proxy: tunnels for CONNECT (RFC 9110 section 9.3.6), forwards absolute addresses
 * otherwise. With `credentials` (user:password) it answers 407 to anybody else.
 */
export async function startProxy(options: { credentials?: string } = {}): Promise<ProxyServer> {
  const requests: ProxyServer['requests'] = []
  const wanted =
    options.credentials === undefined
      ? undefined
      : `Basic ${Buffer.from(options.credentials).toString('base64')}`

  const server = createServer((request, response) => {
    const authorization = request.headers['proxy-authorization']
    requests.push({ line: `${request.method} ${request.url}`, authorization })
    if (wanted !== undefined && authorization !== wanted) {
      response.writeHead(407, { 'proxy-authenticate': 'Basic realm="proxy"' }).end()
      return
    }
    const headers = { ...request.headers }
    delete headers['proxy-authorization']
    const onward = httpRequest(
      request.url ?? '',
      { method: request.method, headers, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      },
    )
    onward.on('error', () => response.writeHead(502).end())
    request.pipe(onward)
  })
  server.on('connect', (request, client, head) => {
    const authorization = request.headers['proxy-authorization']
    requests.push({ line: `CONNECT ${request.url}`, authorization })
    if (wanted !== undefined && authorization !== wanted) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n')
      return
    }
    const { hostname, port } = new URL(`http://${request.url}`)
    const onward = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      onward.write(head)
      onward.pipe(client).pipe(onward)
    })
    onward.on('error', () => client.destroy())
    client.on('error', () => onward.destroy())
  })
  const port = await listen(server)
  return { url: `http://127.0.0.1:${port}`, port, requests, stop: () => close(server) }
}
