/**
 * Splits a command line into its words as a POSIX shell does (XCU section 2.2: quotes and
 * backslashes), without any expansion. Undefined when a quote is left open. On Windows a backslash
 * separates folders and quotes nothing.
 */
export function splitCommand(line: string, platform: NodeJS.Platform): string[] | undefined {
  const escapes = platform !== 'win32'
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at)
    const next = line.charAt(at + 1)
    if (quote !== '') {
      if (character === quote) quote = ''
      else if (escapes && quote === '"' && character === '\\' && /["\\$`]/.test(next)) {
        word += next
        at += 1
      } else word += character
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (character === '"' || (escapes && character === "'")) {
      quote = character
      word ??= ''
    } else if (escapes && character === '\\') {
      if (next === '') return undefined
      word = (word ?? '') + next
      at += 1
    } else word = (word ?? '') + character
  }
  if (quote !== '') return undefined
  if (word !== undefined) words.push(word)
  return words
}
