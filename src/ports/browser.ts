export type Opened = { kind: 'opened' } | { kind: 'failed'; reason: string }

/** Opens a page in the person's browser. Never throws: a browser that does not open is an answer. */
export interface Browser {
  /** `signal` ends the watching of what was started, which then counts as opened. */
  open(url: string, signal?: AbortSignal): Promise<Opened>
}
