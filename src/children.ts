// The machine's processes, as the port wants them.
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import type { Children } from './ports/children.ts'

export const children: Children = {
  start: (command, args, env) =>
    new Promise((resolve, reject) => {
      const child = spawn(command, args, { env, stdio: 'inherit' })
      child.once('error', reject)
      child.once('spawn', () =>
        resolve({
          ended: new Promise((end) => {
            child.once('exit', (code, signal) =>
              end(signal === null ? { exited: code ?? 0 } : { killedBy: signal }),
            )
          }),
          kill: (signal) => void child.kill(signal),
        }),
      )
    }),
  // Standard input, output and error can all be redirected in a terminal, so they do not tell it.
  shareTerminal() {
    if (process.platform === 'win32') return true
    try {
      closeSync(openSync('/dev/tty', 'r'))
      return true
    } catch {
      return false
    }
  },
}
