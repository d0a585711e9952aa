import { readFileSync, statSync } from 'node:fs'
import { UsageError } from '../errors/families.ts'
import type { SecretReference } from './secret-reference.ts'

export interface SecretSources {
  env: Record<string, string | undefined>
  readStdin(): Promise<string>
  prompt(question: string): Promise<string>
  runShell(command: string): Promise<string>
  /** Reads `secret:NAME` from the store. */
  readStored(name: string): Promise<string | undefined>
  warn(text: string): void
  platform: NodeJS.Platform
}

/**
 * Looks a secret up where its reference says. `what` names it in questions and errors ('client
 * secret'); one line break at its end is not part of it. Throws a `UsageError` that names the place,
 * never the content.
 */
export async function lookUpSecret(
  reference: SecretReference,
  what: string,
  sources: SecretSources,
): Promise<string> {
  const value = (await read(reference, what, sources))?.replace(/\r?\n$/, '')
  if (value) return value
  throw new UsageError(
    `the ${what} is ${value === undefined ? 'not' : 'empty'} at ${place(reference)}`,
    {
      code: 'secret_missing',
      hint:
        reference.kind === 'keychain'
          ? `Store it: oauthctl secret set ${reference.name}`
          : `Put the ${what} there, or name another place for it`,
    },
  )
}

async function read(
  reference: SecretReference,
  what: string,
  sources: SecretSources,
): Promise<string | undefined> {
  switch (reference.kind) {
    case 'env':
      return sources.env[reference.name]
    case 'file':
      return readSecretFile(reference.path, sources)
    case 'keychain':
      return sources.readStored(reference.name)
    case 'cmd':
      return sources.runShell(reference.command)
    case 'stdin':
      return sources.readStdin()
    case 'prompt':
      return sources.prompt(`${what}:`)
  }
}

function readSecretFile(path: string, { warn, platform }: SecretSources): string | undefined {
  try {
    if (platform !== 'win32' && (statSync(path).mode & 0o004) !== 0) {
      warn(`every user of this machine can read ${path}; take that away with: chmod 600 ${path}`)
    }
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable'
    throw new UsageError(`${path} cannot be read (${why})`, {
      code: 'secret_missing',
      hint: 'Correct the path behind file:, or name another place',
      cause,
    })
  }
}

function place(reference: SecretReference): string {
  switch (reference.kind) {
    case 'env':
      return `the variable ${reference.name}`
    case 'file':
      return reference.path
    case 'keychain':
      return `keychain:${reference.name}`
    case 'cmd':
      return 'the output of the cmd: command'
    case 'stdin':
      return 'standard input'
    case 'prompt':
      return 'the prompt'
  }
}
