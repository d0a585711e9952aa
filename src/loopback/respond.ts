import type { ServerResponse } from 'node:http'
import type { RenderedPage } from './page-document.ts'

/** A browser that does not take a page of a few kilobytes within this time is not waited for. */
const FLUSH_MS = 500

/**
 * Sends a whole answer and ends the connection. Resolves when the operating system has all of it,
 * or when the browser is gone. Never throws.
 */
export function respond(response: ServerResponse, page: RenderedPage): Promise<void> {
  if (response.closed || response.destroyed) return Promise.resolve()
  const body = Buffer.from(page.body)
  return new Promise((resolve) => {
    response.once('close', resolve)
    response.once('error', () => resolve())
    const { socket } = response
    socket?.setTimeout(FLUSH_MS, () => socket.destroy())
    response.writeHead(page.status, {
      ...page.headers,
      'Content-Length': body.length,
      Connection: 'close',
    })
    response.end(body)
  })
}

/** A short answer for what is no page: a wrong path, a wrong method. */
export function plainText(
  status: number,
  text: string,
  headers: Record<string, string> = {},
): RenderedPage {
  return {
    status,
    headers: {
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      ...headers,
    },
    body: `${text}\n`,
  }
}
