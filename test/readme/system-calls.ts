import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The command that notes a program's system calls in `file`; the program's own words follow it. */
export function tracedBy(file: string): [string, ...string[]] {
  const calls = 'execve,openat,write,writev,pwrite64,pwritev'
  // -y names what stands behind each descriptor, -s shows texts whole.
  return ['strace', '-f', '-y', '-s', '1000000', '-e', `trace=${calls}`, '-o', file]
}

/** Secrets by what they are, so that a failure can name one without showing it. */
export type Secrets = Record<string, string[]>

/** The secrets that stand in a text, as they are or as part of an address or form. */
export function secretsIn(text: string, secrets: Secrets): string[] {
  return Object.entries(secrets)
    .filter(([, values]) =>
      values.some((value) => text.includes(value) || text.includes(encodeURIComponent(value))),
    )
    .map(([what]) => what)
}

/**
 * What went where it can be read by others: 'argv: WHAT', 'stderr: WHAT', 'file PATH: WHAT'. Pipes
 * and sockets are how a secret is meant to travel; standard output is for the caller to judge.
 */
export function leaksIn(trace: string, secrets: Secrets): string[] {
  const leaks = trace.split('\n').flatMap((line) => {
    const [, call, rest = ''] = /^\d+ +(\w+)\((.*)$/.exec(line) ?? []
    if (call === undefined || call === 'openat') return []
    const place = call === 'execve' ? 'argv' : written(rest)
    return place === undefined ? [] : secretsIn(line, secrets).map((what) => `${place}: ${what}`)
  })
  return [...new Set(leaks)]
}

function written(rest: string): string | undefined {
  const [, descriptor, path = ''] = /^(\d+)<([^>]*)>/.exec(rest) ?? []
  if (descriptor === '2') return 'stderr'
  return path.startsWith('/') && !path.startsWith('/dev/') ? `file ${path}` : undefined
}

/** The files that were opened for writing, with success. */
export function filesWritten(trace: string): string[] {
  const opened = trace.matchAll(
    /openat\([^"]*"[^"]*", [A-Z_|]*O_(?:WRONLY|RDWR)[^=]*= \d+<([^>]+)>/g,
  )
  return [...new Set([...opened].map(([, path = '']) => path))]
}

/** The files below a folder that hold a secret. */
export function leakyFiles(folder: string, secrets: Secrets): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((path) =>
      secretsIn(readFileSync(path, 'latin1'), secrets).map((what) => `${path}: ${what}`),
    )
}
