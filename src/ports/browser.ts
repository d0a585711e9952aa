export type Opened = { kind: 'opened' } | { kind: 'failed'; reason: string }

/** Opens a page in the person's browser. Never throws: a browser that does not open is an answer. */
export interface Browser {
  open(url: string): Promise<Opened>
}
