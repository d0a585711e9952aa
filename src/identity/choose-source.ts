import { UsageError } from '../errors/families.ts'
import { identityUnavailable } from './errors.ts'
import { IDENTITY_SOURCES } from './registry.ts'
import type { IdentitySource, Variables } from './source.ts'

export interface ChosenSource {
  source: IdentitySource
  argument: string | undefined
}

/**
 * Reads what stands behind `--identity`: `auto`, a name, or a name with its argument
 * (`kubernetes:PATH`). Throws a `UsageError` `identity_unknown`, and `identity_unavailable` when
 * `auto` finds no platform.
 */
export function chooseSource(text: string, env: Variables): ChosenSource {
  const colon = text.indexOf(':')
  const name = colon === -1 ? text : text.slice(0, colon)
  const argument = colon === -1 ? undefined : text.slice(colon + 1)
  if (text === 'auto') return { source: detectSource(env), argument: undefined }
  const source = IDENTITY_SOURCES.find((one) => one.name === name)
  if (!source) throw unknown(quotable(name))
  const usage = spelling(source)
  if (argument === '' || (argument === undefined && source.argument?.required)) {
    throw unknown(
      `${name} without the ${source.argument?.placeholder ?? 'part'} behind its colon`,
      usage,
    )
  }
  if (argument !== undefined && !source.argument)
    throw unknown(`${name} with a part behind it`, usage)
  return { source, argument }
}

/** How each source is written, for `--help` and completion. */
export function identitySpellings(): string[] {
  return ['auto', ...IDENTITY_SOURCES.map(spelling)]
}

/**
 * The platform that this job runs on, by its variables. The first one counts even when it then has
 * no identity to give: the next one would be that of the machine below, which others may share.
 */
function detectSource(env: Variables): IdentitySource {
  const found = IDENTITY_SOURCES.find(({ signs }) => signs.some((sign) => isSet(env[sign])))
  if (found) return found
  const looked = IDENTITY_SOURCES.filter(({ signs }) => signs.length > 0).map(
    ({ title, signs }) => `${signs.join(', ')} (${title})`,
  )
  throw identityUnavailable(
    `no platform that gives jobs an identity was found: none of these variables is set: ${looked.join('; ')}`,
    'Name the source, as in --identity gcp or aws on a virtual machine, or --identity file:PATH, env:NAME or cmd:COMMAND',
  )
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value.toLowerCase() !== 'false'
}

function spelling({ name, argument }: IdentitySource): string {
  if (!argument) return name
  return argument.required ? `${name}:${argument.placeholder}` : `${name}[:${argument.placeholder}]`
}

function unknown(what: string, usage = identitySpellings().join(', ')): UsageError {
  return new UsageError(`--identity takes the name of a source, not ${what}`, {
    code: 'identity_unknown',
    hint: `Write it like: --identity ${usage}`,
  })
}

// Somebody may have put the token itself there, which must not be repeated.
function quotable(name: string): string {
  return /^[a-z][a-z-]{0,24}$/.test(name) ? `"${name}"` : 'a token or other text'
}
