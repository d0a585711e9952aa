import { UsageError } from '../errors/families.ts'
import { loopbackHost } from '../text/urls.ts'

/** A redirect that a listener on this machine can take. */
export interface LoopbackTarget {
  kind: 'loopback'
  /** `localhost`, `::1`, or an address of 127.0.0.0/8. */
  host: string
  /** 0: any free port. */
  port: number
  /** As a browser puts it on the request line; the query is not part of it. */
  path: string
  /** Parameters that the redirect URI brings along and that the server must keep. */
  query: string
  /** The redirect URI on `port`, spelled as it was given: servers compare it character by character. */
  uriOn(port: number): string
}

export type RedirectTarget = LoopbackTarget | { kind: 'elsewhere'; uri: string }

const DEFAULT = 'http://127.0.0.1/callback'
const AUTHORITY = /^(https?:\/\/)([^/?#]*)(.*)$/is

/**
 * Where the authorization response goes. Without a text: `/callback` on 127.0.0.1 and any free port
 * (RFC 8252 section 7.3). Throws a `UsageError` `redirect_uri_invalid` for what is no absolute URI,
 * has a fragment (RFC 6749 section 3.1.2), or asks for https on loopback.
 */
export function parseRedirectUri(text: string = DEFAULT): RedirectTarget {
  if (!URL.canParse(text) || /[\s\\]/.test(text)) {
    throw invalid('the redirect URI is not an absolute URI')
  }
  const url = new URL(text)
  if (text.includes('#')) throw invalid('the redirect URI has a fragment (the part after #)')
  if (url.username !== '' || url.password !== '') {
    throw invalid('the redirect URI has a user name in it')
  }
  const host = loopbackHost(url.hostname)
  if (host === undefined || !/^https?:$/.test(url.protocol)) return { kind: 'elsewhere', uri: text }
  if (url.protocol === 'https:') {
    throw invalid('a redirect to this machine uses http, because no certificate exists for it')
  }
  const [, scheme = '', authority = '', rest = ''] = AUTHORITY.exec(text) ?? []
  if (authority === '') throw invalid('the redirect URI is not an absolute URI')
  // `URL` forgets a port of 80, which is a port all the same.
  const givenPort = /:(\d+)$/.exec(authority)?.[1]
  const bareHost = authority.replace(/:\d*$/, '')
  const port = Number(givenPort ?? 0)
  return {
    kind: 'loopback',
    host,
    port,
    path: url.pathname,
    query: url.search.slice(1),
    uriOn: (chosen) => (port === 0 ? `${scheme}${bareHost}:${chosen}${rest}` : text),
  }
}

function invalid(message: string): UsageError {
  return new UsageError(message, {
    code: 'redirect_uri_invalid',
    hint: `Use --redirect-uri ${DEFAULT}, or the URI that is registered for the client.`,
  })
}
