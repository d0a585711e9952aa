/**
 * Valid JSON text laid out with two spaces of indentation, without parsing its values: numbers of
 * any size, duplicate members and the spelling of strings stay as they were written.
 */
export function layOutJson(json: string): string {
  let out = ''
  let depth = 0
  const line = (): string => `\n${'  '.repeat(depth)}`
  const tokens = json.match(/"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g) ?? []
  tokens.forEach((token, index) => {
    const previous = tokens[index - 1]
    if (token === '{' || token === '[') {
      depth++
      out += token
      const next = tokens[index + 1]
      if (next !== '}' && next !== ']') out += line()
    } else if (token === '}' || token === ']') {
      depth--
      out += previous === '{' || previous === '[' ? token : line() + token
    } else if (token === ',') {
      out += token + line()
    } else {
      out += token === ':' ? ': ' : token
    }
  })
  return out
}
