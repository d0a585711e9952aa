import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll } from 'vitest'
import { startInTerminal, type Terminal } from '../support/terminal.ts'

let folder = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prompts-'))
  await build({
    entryPoints: [join(import.meta.dirname, 'terminal-program.ts')],
    outfile: join(folder, 'program.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  })
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

export interface InTerminal extends Terminal {
  /** What the program wrote to stdout, which is a file here, once it has ended by itself. */
  outcome(): Promise<unknown>
}

/** The test program in a pseudo-terminal whose screen shows stderr only. */
export function inTerminal(...args: string[]): InTerminal {
  const stdoutFile = join(folder, `stdout-${Math.random().toString(36).slice(2)}`)
  const terminal = startInTerminal([process.execPath, join(folder, 'program.cjs'), ...args], {
    env: { PATH: process.env['PATH'] ?? '' },
    stdoutFile,
    timeoutMs: 20_000,
  })
  return {
    ...terminal,
    async outcome() {
      await terminal.exited
      return JSON.parse(readFileSync(stdoutFile, 'utf8'))
    },
  }
}
