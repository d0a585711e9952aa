// Reads the part of YAML that the examples of the README are written in, and refuses the rest.

export type Yaml = string | Yaml[] | { [key: string]: Yaml }

interface Line {
  indent: number
  text: string
}

/** Maps, lists, plain scalars, `[a, b]` and `>-`; every scalar is a string. */
export function parseYaml(text: string): Yaml {
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ({ indent: line.search(/\S/), text: line.trim() }))
  return parseBlock(lines)
}

function parseBlock(lines: Line[]): Yaml {
  const [first] = lines
  if (first === undefined) return ''
  if (first.text.startsWith('- ')) return parseList(lines, first.indent)
  if (lines.length === 1 && keyOf(first.text) === undefined) return parseScalar(first.text)
  return parseMap(lines, first.indent)
}

function parseList(lines: Line[], indent: number): Yaml[] {
  return entries(lines, indent).map(([head, ...rest]) => {
    if (!head?.text.startsWith('- ')) throw new Error(`no item of a list: ${head?.text}`)
    return parseBlock([{ indent: indent + 2, text: head.text.slice(2) }, ...rest])
  })
}

function parseMap(lines: Line[], indent: number): Record<string, Yaml> {
  const map: Record<string, Yaml> = {}
  for (const [head, ...rest] of entries(lines, indent)) {
    const pair = keyOf(head?.text ?? '')
    if (pair === undefined) throw new Error(`no member of a map: ${head?.text}`)
    const [key, value] = pair
    if (Object.hasOwn(map, key)) throw new Error(`twice in one map: ${key}`)
    if (value === '>-') map[key] = rest.map(({ text }) => text).join(' ')
    else if (value === '') map[key] = parseBlock(rest)
    else if (rest.length === 0) map[key] = parseScalar(value)
    else throw new Error(`a value and a block behind ${key}`)
  }
  return map
}

/** Each line of this depth with the deeper ones below it. */
function entries(lines: Line[], indent: number): Line[][] {
  const found: Line[][] = []
  for (const line of lines) {
    if (line.indent === indent) found.push([line])
    else if (line.indent > indent) found.at(-1)?.push(line)
    else throw new Error(`less indented than its block: ${line.text}`)
  }
  return found
}

function keyOf(text: string): [key: string, value: string] | undefined {
  const [, key, value] = /^([\w.-]+):(?: (.*))?$/.exec(text) ?? []
  return key === undefined ? undefined : [key, value ?? '']
}

function parseScalar(text: string): Yaml {
  if (text.startsWith('[') && text.endsWith(']'))
    return text
      .slice(1, -1)
      .split(',')
      .map((one) => one.trim())
  if (/^[\s"'[{|>&*!%@`#]| #|: /.test(text)) throw new Error(`not plain: ${text}`)
  return text
}

/** The member at a path of keys and positions; fails where there is none. */
export function at(yaml: Yaml, ...path: (string | number)[]): Yaml {
  let here: Yaml | undefined = yaml
  for (const step of path)
    here = here === undefined ? here : (here as Record<string | number, Yaml>)[step]
  if (here === undefined) throw new Error(`nothing at ${path.join('.')}`)
  return here
}

/** A map of texts, such as `env`; empty where there is none. */
export function texts(yaml: Yaml | undefined): Record<string, string> {
  const pairs = Object.entries(yaml === undefined || typeof yaml === 'string' ? {} : yaml)
  return Object.fromEntries(
    pairs.map(([name, value]) => {
      if (typeof value !== 'string') throw new Error(`${name} is no text`)
      return [name, value]
    }),
  )
}
