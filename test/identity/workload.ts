// A job of an emulated platform: real sockets, real child programs found by PATH, real files.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { metadataHttpOptions } from '../../src/identity/metadata-http.ts'
import { createRunCommand } from '../../src/identity/run-command.ts'
import type { IdentityDeps, Variables } from '../../src/identity/source.ts'
import { runShell, systemClock } from '../../src/system.ts'
import { createHttp, type HttpOptions } from '../../src/transport/http.ts'
import { startFakeServer, type FakeServer } from '../support/fake-server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

export const AUDIENCE = 'https://login.example.com/token?a=1&b=2'

/** A JWT with these claims; its signature is none, because nobody here verifies it. */
export function jwtWith(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'RS256', kid: 'k1' })}.${part({ sub: 'job', ...claims })}.c2lnbmF0dXJl`
}

export const TOKEN = jwtWith({ aud: AUDIENCE })

export interface Workload {
  deps: IdentityDeps
  learned: string[]
  details: string[]
  /** What `readFile` takes for the root of the file system. */
  root: string
  /** Puts a program into PATH that notes its arguments and does what this shell text says. */
  program(name: string, shell: string): void
  /** The argument vector of the program's only run. */
  argumentsOf(name: string): string[]
  /** A file as the platform would place it. */
  file(path: string, text: string): void
}

export function startWorkload(env: Variables = {}): Workload {
  const root = temporaryFolder()
  const programs = join(root, 'programs')
  mkdirSync(programs)
  // The folders behind ours are where the stand-ins find `cat` and `sleep`.
  const all = { ...env, PATH: `${programs}:/usr/bin:/bin` }
  const { signal } = new AbortController()
  const common: HttpOptions = {
    clock: systemClock,
    env: all,
    timeoutMs: 5000,
    userAgent: 'oauthctl/test',
    signal,
  }
  const usual = createHttp(common)
  const metadata = createHttp({ ...common, ...metadataHttpOptions() })
  onTestFinished(async () => {
    await usual.close()
    await metadata.close()
  })
  const learned: string[] = []
  const details: string[] = []
  return {
    deps: {
      env: all,
      fetch: usual.fetch,
      metadataFetch: metadata.fetch,
      readFile: (path) => readFileSync(join(root, path), 'utf8'),
      run: createRunCommand({ env: all, signal }),
      runShell: (command) => runShell(command, all, signal),
      learn: (secret) => void learned.push(secret),
      detail: (text) => void details.push(text),
    },
    learned,
    details,
    root,
    program(name, shell) {
      const path = join(programs, name)
      const note = `for one in "$@"; do printf '%s\\0' "$one"; done >> '${path}.arguments'`
      writeFileSync(path, `#!/bin/sh\n${note}\n${shell}\n`)
      chmodSync(path, 0o755)
    },
    argumentsOf: (name) =>
      readFileSync(join(programs, `${name}.arguments`), 'utf8')
        .split('\0')
        .slice(0, -1),
    file(path, text) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    },
  }
}

/** A platform's endpoint; an unexpected request fails the test. */
export async function startPlatform(
  routes: Parameters<typeof startFakeServer>[0],
): Promise<FakeServer> {
  const server = await startFakeServer(routes)
  onTestFinished(() => server.stop())
  return server
}
