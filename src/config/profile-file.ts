import { UsageError } from '../errors/families.ts'
import { locateJsonFault } from './json-position.ts'

/** The profile file as it stands, unknown members included, so that they survive a change. */
export interface ProfileFile {
  document: Record<string, unknown>
  defaultProfile: string | undefined
  profiles: Record<string, Record<string, unknown>>
}

const NAME = /^[A-Za-z0-9._-]+$/

/** Throws a `UsageError` unless `name` can be a profile's name. */
export function checkProfileName(name: string): void {
  if (NAME.test(name)) return
  throw new UsageError(`"${name}" cannot be a profile name`, {
    code: 'profile_name_invalid',
    hint: 'Use letters, digits, ".", "_" and "-", as in: oauthctl login work',
  })
}

/**
 * Reads the text of a profile file. Throws a `UsageError` `config_invalid` with file, line and
 * column when it is not JSON, or with the member's name when a member has the wrong shape.
 */
export function parseProfileFile(text: string | undefined, path: string): ProfileFile {
  if (text === undefined)
    return { document: {}, defaultProfile: undefined, profiles: withoutPrototype({}) }
  const document = parseObject(text.replace(/^\ufeff/, ''), path)
  const profiles = document['profiles'] ?? {}
  if (!isObject(profiles)) throw wrongShape(path, '"profiles" must be an object')
  for (const [name, profile] of Object.entries(profiles)) {
    if (!NAME.test(name)) throw wrongShape(path, `"${name}" cannot be a profile name`)
    if (!isObject(profile)) throw wrongShape(path, `profile "${name}" must be an object`)
  }
  const defaultProfile = document['default_profile']
  if (defaultProfile !== undefined && typeof defaultProfile !== 'string') {
    throw wrongShape(path, '"default_profile" must be a string')
  }
  return {
    document,
    defaultProfile,
    profiles: withoutPrototype(profiles as ProfileFile['profiles']),
  }
}

/** The file's text with one profile replaced (or removed with `undefined`), all else as it was. */
export function withProfile(
  file: ProfileFile,
  name: string,
  profile: Record<string, unknown> | undefined,
  defaultProfile = file.defaultProfile,
): string {
  const profiles = withoutPrototype(file.profiles)
  if (profile) profiles[name] = profile
  else delete profiles[name]
  const document: Record<string, unknown> = { ...file.document }
  delete document['default_profile']
  delete document['profiles']
  // A default that is gone would make every command without a profile's name fail.
  const isGone = profile === undefined && defaultProfile === name
  const head = defaultProfile === undefined || isGone ? {} : { default_profile: defaultProfile }
  return `${JSON.stringify({ ...head, ...document, profiles }, null, 2)}\n`
}

// Names such as `constructor` and `__proto__` are allowed and mean nothing special.
function withoutPrototype(profiles: ProfileFile['profiles']): ProfileFile['profiles'] {
  return Object.assign(Object.create(null) as ProfileFile['profiles'], profiles)
}

function parseObject(text: string, path: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    const { line, column, reason } = locateJsonFault(text)
    throw new UsageError(`${path}:${line}:${column}: not JSON: ${reason}`, {
      code: 'config_invalid',
      hint: `The file was left as it is; correct line ${line}, or name another file with --config`,
    })
  }
  if (!isObject(value)) throw wrongShape(path, 'the document must be an object')
  return value
}

function wrongShape(path: string, what: string): UsageError {
  return new UsageError(`${path}: ${what}`, {
    code: 'config_invalid',
    hint: 'The file was left as it is; correct it, or name another file with --config',
  })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
