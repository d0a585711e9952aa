import type { IncomingMessage } from 'node:http'
import { visible } from '../text/visible.ts'
import type { RenderedPage } from './page-document.ts'
import { plainText } from './respond.ts'

export interface Expected {
  /** As in a URL, without brackets. */
  host: string
  port: number
  path: string
  method: 'GET' | 'POST'
}

/** Why a request is not the expected one, and what it is told. */
export interface Stray {
  /** For `--verbose`: never holds a query, in which a code could be. */
  what: string
  answer: RenderedPage
}

/** Looks at everything of a request that comes before its parameters; undefined when all is as expected. */
export function strayRequest(request: IncomingMessage, expected: Expected): Stray | undefined {
  const { method = '', url = '', headers } = request
  const path = url.split('?', 1)[0] ?? ''
  const label = visible(`${method} ${path}`, 100)
  // A page of another site whose name was rebound to 127.0.0.1 sends that site's name.
  if (!hosts(expected).has(headers.host?.toLowerCase() ?? '')) {
    return stray(`${label} for another host`, plainText(421, 'this address is not served here'))
  }
  if (path !== expected.path) return stray(label, plainText(404, 'nothing is here'))
  if (method !== expected.method) {
    const answer = plainText(405, 'this method is not served here', { Allow: expected.method })
    return stray(label, answer)
  }
  if (isPrefetch(headers)) {
    return stray(`${label} as a prefetch`, plainText(400, 'this page is not served ahead of time'))
  }
  return undefined
}

function hosts({ host, port }: Expected): Set<string> {
  const name = host.includes(':') ? `[${host}]` : host
  return new Set(port === 80 ? [name, `${name}:80`] : [`${name}:${port}`])
}

// https://wicg.github.io/nav-speculation/prefetch.html, and the older names for the same.
function isPrefetch(headers: IncomingMessage['headers']): boolean {
  return ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].some((name) =>
    /prefetch|prerender|preview/i.test(String(headers[name] ?? '')),
  )
}

function stray(what: string, answer: RenderedPage): Stray {
  return { what, answer }
}
