/** How a child process ended; what `exec` passes on as its own end. */
export type ChildEnd = { exited: number } | { killedBy: NodeJS.Signals }

/** A child that shares standard input, output and error with this process. */
export interface Child {
  ended: Promise<ChildEnd>
  kill(signal: NodeJS.Signals): void
}

/** Programs that run in the place of this one. */
export interface Children {
  /**
   * Starts a program without a shell, with exactly this environment. Rejects with the system's
   * error (`ENOENT`, `EACCES`) when it cannot be started.
   */
  start(
    command: string,
    args: readonly string[],
    env: Record<string, string | undefined>,
  ): Promise<Child>
  /** True where the keyboard's Ctrl-C reaches a child by itself, without being passed on. */
  shareTerminal(): boolean
}
