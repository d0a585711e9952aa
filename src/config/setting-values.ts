import { UsageError } from '../errors/families.ts'
import { SETTINGS, type SettingName, type SettingValue } from './settings.ts'

/** Reads an option or a variable (text) as the setting's kind; throws a `UsageError` naming `origin`. */
export function fromText(name: SettingName, text: string, origin: string): SettingValue {
  const { kind } = SETTINGS[name]
  switch (kind) {
    case 'list':
      return text.split(/\s+/).filter(Boolean)
    case 'seconds':
      return seconds(Number(text.trim() === '' ? Number.NaN : text), origin)
    case 'flag':
      return flag(text, origin)
    case 'pairs':
      return Object.fromEntries(new URLSearchParams(text))
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
      if (typeof value !== 'number') throw fail('a number of seconds')
      return seconds(value, origin)
    case 'flag':
      if (typeof value !== 'boolean') throw fail('true or false')
      return value
    case 'pairs':
      if (!isTextRecord(value)) throw fail('an object of strings')
      return value
    default:
      if (typeof value !== 'string') throw fail('a string')
      return value
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

function seconds(value: number, origin: string): number {
  if (Number.isFinite(value) && value >= 0 && value <= 1_000_000_000) return value
  throw new UsageError(`${origin} takes a number of seconds`, {
    code: 'option_invalid',
    hint: `Write it like: ${origin} 60`,
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
