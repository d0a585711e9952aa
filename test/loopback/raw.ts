import { connect, type Socket } from 'node:net'

/** An open connection that sends nothing by itself, as a browser's preconnect does. */
export function openSocket(port: number, host = '127.0.0.1'): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host }, () => resolve(socket))
    socket.once('error', reject)
  })
}

/** Whether somebody listens there. */
export async function reachable(port: number, host?: string): Promise<boolean> {
  try {
    const socket = await openSocket(port, host)
    socket.destroy()
    return true
  } catch {
    return false
  }
}

/** Everything that comes back until the other side closes. */
export function readAll(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      text += chunk
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(text))
  })
}

export interface RawRequest {
  method?: string
  /** Path and query, exactly as they go on the request line. */
  path: string
  host?: string
  headers?: string[]
  body?: string
}

/** The bytes of one request, with nothing corrected. */
export function requestText(port: number, request: RawRequest): string {
  const { method = 'GET', path, host = `127.0.0.1:${port}`, headers = [], body = '' } = request
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]
  return `${[`${method} ${path} HTTP/1.1`, `Host: ${host}`, ...headers, ...length].join('\r\n')}\r\n\r\n${body}`
}

/** One request on a connection of its own, and the whole text of its answer. */
export async function send(port: number, request: RawRequest, address?: string): Promise<string> {
  const socket = await openSocket(port, address)
  const answer = readAll(socket)
  socket.write(requestText(port, request))
  return await answer
}

export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0)
}

/** True when a promise has not settled after everything that was due has run. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending')
  const later = new Promise((resolve) => {
    setImmediate(() => resolve(pending))
  })
  return (await Promise.race([promise.catch(() => undefined), later])) === pending
}
