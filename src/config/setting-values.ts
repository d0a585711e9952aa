import { UsageError } from '../errors/families.ts'
import { hasUserInfo } from '../text/urls.ts'
import { SETTINGS, type SettingName, type SettingValue } from './settings.ts'

/** Reads an option or a variable (text) as the setting's kind; throws a `UsageError` naming `origin`. */
export function fromText(name: SettingName, text: string, origin: string): SettingValue {
  const { kind } = SETTINGS[name]
  switch (kind) {
    case 'list':
      return text.split(/\s+/).filter(Boolean)
    case 'seconds':
    case 'wait':
      return seconds(kind, Number(text.trim() === '' ? Number.NaN : text), origin)
    case 'flag':
      return flag(text, origin)
    case 'pairs':
      return Object.fromEntries(new URLSearchParams(text))
    case 'address':
      return withoutUserInfo(text, origin)
    default:
      return text
  }
}

/** Reads the values of a repeatable option: `--resource A --resource B`, `--authorization-param K=V`. */
export function fromRepeated(name: SettingName, texts: string[], origin: string): SettingValue {
  if (SETTINGS[name].kind !== 'pairs') return texts
  return Object.fromEntries(
    texts.map((text) => {
      const split = text.indexOf('=')
      if (split < 1) {
        throw new UsageError(`${origin} takes NAME=VALUE, not "${text}"`, {
          code: 'option_invalid',
          hint: `Write it like: ${origin} ui_locales=de`,
        })
      }
      return [text.slice(0, split), text.slice(split + 1)]
    }),
  )
}

/** Checks a value of the profile file; throws a `UsageError` naming `origin`. */
export function fromJson(name: SettingName, value: unknown, origin: string): SettingValue {
  const { kind } = SETTINGS[name]
  const fail = (wanted: string): UsageError =>
    new UsageError(`${origin} must be ${wanted}`, {
      code: 'config_invalid',
      hint: 'Correct the profile file, or use: oauthctl profile set',
    })
  switch (kind) {
    case 'list':
      if (typeof value === 'string') return value.split(/\s+/).filter(Boolean)
      if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
      throw fail('a list of strings')
    case 'seconds':
    case 'wait':
      if (typeof value !== 'number') throw fail('a number of seconds')
      return seconds(kind, value, origin)
    case 'flag':
      if (typeof value !== 'boolean') throw fail('true or false')
      return value
    case 'pairs':
      if (!isTextRecord(value)) throw fail('an object of strings')
      return value
    default:
      if (typeof value !== 'string') throw fail('a string')
      return kind === 'address' ? withoutUserInfo(value, origin) : value
  }
}

/** `1`, `true`, `0`, `false`, as every boolean variable is written; throws for anything else. */
export function flag(text: string, origin: string): boolean {
  if (/^(1|true)$/i.test(text)) return true
  if (/^(0|false|)$/i.test(text)) return false
  throw new UsageError(`${origin} takes 1, true, 0 or false, not "${text}"`, {
    code: 'option_invalid',
    hint: `Set it like: ${origin}=1`,
  })
}

/** An option as `--x 60`, a variable or a profile's key as `X=60`. */
function spelt(origin: string, value: string): string {
  return origin.startsWith('-') ? `${origin} ${value}` : `${origin.split(' ')[0]}=${value}`
}

// A timer that is told to wait longer does not wait at all.
const LIMITS = { seconds: 1_000_000_000, wait: 2_147_483 }

function seconds(kind: 'seconds' | 'wait', value: number, origin: string): number {
  const limit = LIMITS[kind]
  // No answer comes within nothing: a wait is at least one millisecond, which is what timers count in.
  const least = kind === 'wait' ? 0.001 : 0
  if (Number.isFinite(value) && value >= least && value <= limit) return value
  const range = kind === 'wait' ? `above 0 and up to ${limit}` : `up to ${limit}`
  throw new UsageError(`${origin} takes a number of seconds ${range}`, {
    code: 'option_invalid',
    hint: `Write it like: ${spelt(origin, '60')}`,
  })
}

function withoutUserInfo(text: string, origin: string): string {
  if (!hasUserInfo(text)) return text
  throw new UsageError(`${origin} takes an address without user name and password`, {
    code: 'literal_secret',
    hint: 'Take them out of the address; those of a proxy go into the variable HTTPS_PROXY',
  })
}

function isTextRecord(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((item) => typeof item === 'string')
  )
}
