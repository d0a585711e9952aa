/** The part of `RequestInit` that the protocol layer uses. */
export interface FetchInit {
  method?: string
  headers?: Record<string, string>
  body?: string | URLSearchParams | null | undefined
  signal?: AbortSignal
  /** Never to be sent a second time once it may have arrived (an authorization code). */
  once?: boolean
}

/**
 * One HTTP exchange. Redirects are never followed. Throws a `ServerError` when no answer came
 * (`network_unreachable`, `timeout`, `tls_failed`, `response_too_large`) and a `UsageError`
 * `insecure_url` for plain http to a host that is not loopback.
 */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>
