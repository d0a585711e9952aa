/** Questions to the person at the terminal, on stderr. Cancelling throws an `InterruptedError`. */
export interface Prompter {
  /** True when somebody can answer: stdin and stderr are terminals, no `--no-input`, no `CI`. */
  readonly possible: boolean
  text(question: string): Promise<string>
  /** Asks without echo. */
  secret(question: string): Promise<string>
}
