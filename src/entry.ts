// The program's start. Plain CommonJS after bundling, because Node starts that soonest; the whole
// program is loaded only for what the fast path does not answer.
import { fastToken } from './fast/token.ts'
import { writeAll } from './files/write-all.ts'
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
  ;(import(program) as Promise<typeof import('./main.ts')>)
    .then(({ main }) => main(process, firstRead))
    .catch(fault)
}

/** False when it could not be written, which the whole program then says. */
function print(text: string): boolean {
  const written = writeAll(1, Buffer.from(`${text}\n`))
  if (!written) return true
  const { left, failure } = written
  const code = failure instanceof Error && 'code' in failure ? failure.code : undefined
  // A full pipe takes the rest later; one that was closed early wants nothing more.
  if (code === 'EAGAIN') process.stdout.write(left)
  return code === 'EAGAIN' || code === 'EPIPE'
}

/** The last resort: what nobody caught is told without its message, which could hold anything. */
function fault(error: unknown): void {
  const { name, code } = Object(error) as NodeJS.ErrnoException
  process.stderr.write(
    `error: this is a fault of oauthctl: ${code ?? name}\n` +
      '  Install it again: npm install --global oauthctl; if that does not help, report it\n',
  )
  process.exitCode = 1
}

start()
