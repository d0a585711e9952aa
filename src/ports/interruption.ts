/** How this process ends when it is told to. */
export interface Interruption {
  /** Aborted by Ctrl-C and the other ending signals, with an `InterruptedError` as its reason. */
  readonly signal: AbortSignal
  /** Ends the process as Ctrl-C would: for terminals in raw mode, where Ctrl-C is a character. */
  interrupt(): void
  /**
   * Does work that must not be cut in the middle, such as storing a token that the server has
   * already exchanged: an ending signal waits for it, 150 ms at most.
   */
  shield<T>(work: () => Promise<T>): Promise<T>
  /**
   * While a child does the work of this process, ending signals (and Ctrl-\ of the keyboard) go to
   * `deliver` and end nothing here. Gives the function that takes them back.
   */
  handOver(deliver: (signal: NodeJS.Signals) => void): () => void
  /** Ends the process as a death by this signal: the one that a child died of. */
  dieBy(signal: NodeJS.Signals): void
}
