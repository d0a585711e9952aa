/** The options of the fast path; it answers nothing else. */
export interface FastArguments {
  positional?: string
  profile?: string
  config?: string
  store?: string
  minTtl?: string
  format: string
}

const VALUED = new Map<string, 'profile' | 'config' | 'store' | 'minTtl' | 'format'>([
  ['-p', 'profile'],
  ['--profile', 'profile'],
  ['--config', 'config'],
  ['--store', 'store'],
  ['--min-ttl', 'minTtl'],
  ['--output', 'format'],
])

// Formats that only print.
const FORMATS = new Set(['raw', 'json', 'header', 'env', 'curl'])

/** Reads `token …` when it consists of what the fast path knows, else gives undefined. */
export function readFastArguments(argv: string[]): FastArguments | undefined {
  const [command, ...rest] = argv
  if (command !== 'token') return undefined
  const found: FastArguments = { format: 'raw' }
  let json = false
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? ''
    const name = VALUED.get(word)
    if (name !== undefined) {
      const value = rest[++at]
      if (value === undefined || value.startsWith('-')) return undefined
      found[name] = value
    } else if (word === '--json') {
      json = true
    } else if (word.startsWith('-') || word === '' || found.positional !== undefined) {
      return undefined
    } else {
      found.positional = word
    }
  }
  if (json) found.format = found.format === 'raw' ? 'json' : found.format
  return FORMATS.has(found.format) ? found : undefined
}
