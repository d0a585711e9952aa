import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { programPath, projectRoot } from '../support/project.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

export interface Ran {
  code: number | null
  /** Standard output and standard error as they came, which is what a platform keeps as the log. */
  log: string
}

export interface JobMachine {
  root: string
  /** The clone of the user's repository, with the package and the user's own program in it. */
  checkout: string
  /** Programs of this machine, oauthctl among them once it is installed. */
  bin: string
  path: string
  /** Makes `oauthctl` a command. */
  install(): void
  /** Runs a command with exactly this environment. */
  run(command: string[], env: Record<string, string>, cwd?: string): Promise<Ran>
}

export const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
  version: string
}

// The job's own work: asks the API with the token that it finds in its environment.
const report = (api: string): string => `#!${process.execPath}
const { ACCESS_TOKEN, ...others } = process.env
const left = Object.keys(others).filter((name) => /^OAUTHCTL_.*(SECRET|KEY)$/.test(name))
const headers = { authorization: 'Bearer ' + ACCESS_TOKEN }
fetch('${api}/hello', { headers }).then(async (answer) => {
  console.log('report:', answer.status, await answer.text(), 'secrets left:', left.length)
})
`

/** A machine that a job runs on, with Node.js and the user's repository. */
export function createJobMachine(api: string): JobMachine {
  const root = temporaryFolder()
  const checkout = join(root, 'checkout')
  const bin = join(root, 'bin')
  mkdirSync(join(checkout, 'ci'), { recursive: true })
  mkdirSync(bin)
  const tarball = `ci/oauthctl-${version}.tgz`
  writeFileSync(join(checkout, tarball), '')
  symlinkSync(process.execPath, join(bin, 'node'))
  const program = (path: string, text: string): void => writeFileSync(path, text, { mode: 0o755 })
  for (const folder of [checkout, bin]) program(join(folder, 'report.sh'), report(api))
  // What `npm install --global` does with the package is the subject of the packaging tests.
  program(
    join(bin, 'npm'),
    `#!/bin/sh\n[ "$*" = "install --global ./${tarball}" ] && [ -f "$3" ] && ln -s "${programPath}" "${bin}/oauthctl"\n`,
  )
  return {
    root,
    checkout,
    bin,
    path: [bin, '/usr/bin', '/bin'].join(delimiter),
    install: () => symlinkSync(programPath, join(bin, 'oauthctl')),
    run: ([command = '', ...args], env, cwd = checkout) =>
      new Promise((resolve, reject) => {
        const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
        onTestFinished(() => void child.kill('SIGKILL'))
        let log = ''
        const add = (text: string): void => void (log += text)
        child.stdout.setEncoding('utf8').on('data', add)
        child.stderr.setEncoding('utf8').on('data', add)
        child.on('error', reject)
        child.on('close', (code) => resolve({ code, log }))
      }),
  }
}
