import { SETTING_NAMES, type SettingName } from '../config/settings.ts'

/** The options that are settings, by setting name; `--no-browser` is none. */
export function settingOptions(
  options: Record<string, unknown>,
): Partial<Record<SettingName, string | string[] | boolean>> {
  return Object.fromEntries(
    SETTING_NAMES.flatMap((name) => {
      const key = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
      const value = options[key]
      return value === undefined || (name === 'browser' && value === false) ? [] : [[name, value]]
    }),
  )
}
