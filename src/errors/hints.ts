// Most code that knows what to do next does not know which profile the command is about, so its hints
// leave a place for the name, and the renderer, which knows, fills it in.

/** Stands in a command of a hint for the profile that the command was about. */
export const PROFILE = '{profile}'

/**
 * The hint as a sentence with the profile's name in its commands, or without where they work without
 * a name. It begins with a capital, unless it begins with a command, and ends without a dot.
 */
export function fillHint(hint: string, profile: string | undefined): string {
  return hint
    .replaceAll(` ${PROFILE}`, profile === undefined ? '' : ` ${profile}`)
    .replace(/^(?!oauthctl\b)[a-z]/, (letter) => letter.toUpperCase())
    .replace(/(?<![.…])\.$/, '')
}
