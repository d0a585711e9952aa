export interface StreamRequest {
  method: string
  url: string
  /** In order; the same name may stand in it several times. */
  headers: [string, string][]
  /** Read once, as fast as the server takes it. */
  body?: AsyncIterable<Uint8Array> | undefined
  /** What `-vv` shows of the body. */
  shownBody?: string | undefined
}

export interface StreamAnswer {
  status: number
  statusText: string
  /** Names in lower case; values as latin1, one character a byte. A name may stand there again. */
  headers: [string, string][]
  /** May be read once; reading it can throw the same errors as the request. */
  body: AsyncIterable<Uint8Array>
  /** Drops an answer whose body nobody wants to read. */
  discard(): void
}

/**
 * One HTTP exchange whose bodies stream, so that they may have any size. Redirects are never
 * followed. The time limit is one on silence: it runs while the server neither takes nor gives
 * anything, and stands still while this side's own input or output is waited for. Throws as `Fetch`
 * does.
 */
export type StreamFetch = (request: StreamRequest) => Promise<StreamAnswer>
