// The program's start. Plain CommonJS after bundling, because Node starts that soonest; the whole
// program is loaded only for what the fast path does not answer.
import { writeSync } from 'node:fs'
import { fastToken } from './fast/token.ts'
import type { FirstRead } from './stores/first-read.ts'

declare const OAUTHCTL_VERSION: string

function start(): void {
  const argv = process.argv.slice(2)
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    if (print(`oauthctl ${OAUTHCTL_VERSION}`)) return
  }
  let firstRead: FirstRead | undefined
  try {
    const { env, platform } = process
    const answer = fastToken({ argv, env, platform, cwd: process.cwd(), now: Date.now() })
    if ('text' in answer) {
      if (print(answer.text)) return
    } else firstRead = answer.firstRead
  } catch {
    // The whole program meets the same fault again and says what it is.
  }
  // A variable, so that the bundler leaves the import to run time.
  const program = './main.mjs'
  void (import(program) as Promise<typeof import('./main.ts')>).then(({ main }) =>
    main(process, firstRead),
  )
}

/** False when it could not be written, which the whole program then says. */
function print(text: string): boolean {
  try {
    writeSync(1, `${text}\n`)
    return true
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    // A full pipe takes the rest later; one that was closed early wants nothing more.
    if (code === 'EAGAIN') process.stdout.write(`${text}\n`)
    return code === 'EAGAIN' || code === 'EPIPE'
  }
}

start()
