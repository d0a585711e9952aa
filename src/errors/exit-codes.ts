/** What a script can branch on. One number per thing that the caller does next. */
export const EXIT = {
  done: 0,
  /** A fault of oauthctl itself or of this machine: report it, or make room on the disk. */
  fault: 1,
  /** Used wrongly: change the command, the profile or the input. */
  usage: 2,
  /** Nobody is logged in (any more): log in. */
  loginRequired: 3,
  /** The authorization server or the user said no: change what is asked for, or who asks. */
  refused: 4,
  /** The server could not be reached or did not speak the protocol: try later, or tell its operator. */
  server: 5,
  /** A token was examined and is not known to be good. */
  tokenNotGood: 6,
  /** The keychain, store or lock could not be used: unlock or choose another store. */
  store: 7,
  /** Ctrl-C, or a prompt cancelled. */
  interrupted: 130,
} as const

/** What `exec` gives for a command that did not start, as shells do. */
export const EXEC_EXIT = { notExecutable: 126, notFound: 127 } as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT] | (typeof EXEC_EXIT)[keyof typeof EXEC_EXIT]
