import * as oauth from 'oauth4webapi'
import type { Clock } from '../ports/clock.ts'
import type { Fetch } from '../ports/fetch.ts'
import type { ChosenAuthentication } from './client-authentication.ts'
import type { Server } from './server.ts'

/** Everything that a request to an authorization server needs. */
export interface ProtocolClient {
  server: Server
  client: oauth.Client
  authentication: ChosenAuthentication
  fetch: Fetch
  clock: Clock
  signal: AbortSignal
  /** Told about each leniency; shown by `--verbose`. */
  note: (text: string) => void
}

/** The client description that oauth4webapi checks ID tokens with. */
export function describeClient(
  clientId: string,
  clock: Clock,
  withCertificate: boolean,
): oauth.Client {
  return {
    client_id: clientId,
    // With a certificate, the endpoints that ask for one (RFC 8705 section 5).
    ...(withCertificate ? { use_mtls_endpoint_aliases: true } : {}),
    // The library reads the system clock; this moves it to ours.
    [oauth.clockSkew]: Math.round((clock.now() - Date.now()) / 1000),
    [oauth.clockTolerance]: 30,
  }
}

/**
 * The options of each oauth4webapi request: our transport, which itself refuses plain http to
 * anything but loopback, and so may be handed any address. `once`: what is sent must not be sent
 * twice.
 */
export function requestOptions(
  { fetch, signal, authentication }: ProtocolClient,
  { once = false } = {},
): {
  [oauth.customFetch]: (url: string, init: RequestInitLike) => Promise<Response>
  [oauth.allowInsecureRequests]: true
  signal: AbortSignal
} {
  return {
    [oauth.customFetch]: (url, init) =>
      fetch(url, {
        method: init.method,
        headers: init.headers,
        body: init.body as string | URLSearchParams | null | undefined,
        // A signed assertion may be used once (RFC 7523 section 3, `jti`).
        once: once || authentication.method.endsWith('_jwt'),
      }),
    [oauth.allowInsecureRequests]: true,
    signal,
  }
}

interface RequestInitLike {
  method: string
  headers: Record<string, string>
  body?: unknown
}
