import type { IncomingMessage, ServerResponse } from 'node:http'
import { randomText, type Random } from '../ports/random.ts'
import { bindLoopback } from './bind.ts'
import type { RenderedPage } from './page-document.ts'
import { strayRequest } from './request-checks.ts'
import { plainText, respond } from './respond.ts'

export interface PageServer {
  /** Loopback, with a path that nobody can guess. */
  url: string
  /** Resolves when the page has been sent; rejects with the reason of an aborted signal. */
  served: Promise<void>
  /** Idempotent; never throws. */
  close(): Promise<void>
}

interface PageServerOptions {
  page: RenderedPage
  signal: AbortSignal
  random: Random
  platform: NodeJS.Platform
}

/**
 * Serves one page exactly once, on 127.0.0.1, so that what stands on it needs no argv, no file and
 * no browser history. Throws as `bindLoopback` does.
 */
export async function startPageServer(options: PageServerOptions): Promise<PageServer> {
  const { page, signal, random, platform } = options
  signal.throwIfAborted()
  const host = '127.0.0.1'
  const path = `/${randomText(random)}`
  let port = 0
  let given = false
  let resolveServed: () => void = () => undefined
  let rejectServed: (reason: unknown) => void = () => undefined
  const served = new Promise<void>((resolve, reject) => {
    resolveServed = resolve
    rejectServed = reject
  })
  served.catch(() => undefined)

  function receive(request: IncomingMessage, reply: ServerResponse): void {
    const stray = strayRequest(request, { host, port, path, method: 'GET' })
    if (stray !== undefined) {
      void respond(reply, stray.answer)
      return
    }
    if (given) {
      void respond(reply, plainText(410, 'this page was shown once and is gone'))
      return
    }
    given = true
    void respond(reply, page).then(() => {
      if (reply.writableFinished) resolveServed()
      else given = false
    })
  }

  const bound = await bindLoopback({ host, port, platform, handler: receive })
  port = bound.port
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => {
    signal.removeEventListener('abort', abort)
    closed ??= bound.close()
    return closed
  }
  const abort = (): void => {
    rejectServed(signal.reason)
    void close()
  }
  signal.addEventListener('abort', abort)
  if (signal.aborted) {
    await close()
    signal.throwIfAborted()
  }
  return { url: `http://${host}:${port}${path}`, served, close }
}
