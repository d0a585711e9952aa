/** Standard input and output as bytes, for what only passes through. */
export interface ByteStreams {
  input: AsyncIterable<Uint8Array>
  /** Gives up the rest of standard input, so that it does not keep the process alive. */
  closeInput(): void
  readonly outputIsTerminal: boolean
  /** Resolves when the piece has been taken: false when nobody reads any more. */
  write(piece: Uint8Array): Promise<boolean>
}
