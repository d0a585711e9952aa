/** One HTTP exchange as `--verbose` shows it; nothing in it has been redacted yet. */
export interface Exchange {
  method: string
  url: string
  requestHeaders: [string, string][]
  requestBody: string | undefined
  /** Absent when no answer came. */
  status?: number
  responseHeaders?: [string, string][]
  responseBody?: string
  /** Whole milliseconds from sending to the end of the answer. */
  durationMs: number
  failure?: string
}
