/** Where and why a text is not JSON (RFC 8259); line and column count from 1. */
export interface JsonFault {
  line: number
  column: number
  reason: string
}

/**
 * Finds the first fault of a text that `JSON.parse` refused. Node's own message has a position
 * only sometimes and its wording differs between versions, so the text is scanned once more.
 */
export function locateJsonFault(text: string): JsonFault {
  const scanner = new Scanner(text)
  const reason = scanner.run()
  const before = text.slice(0, scanner.at)
  const line = before.split('\n').length
  return { line, column: scanner.at - before.lastIndexOf('\n'), reason }
}

class Fault extends Error {}

class Scanner {
  at = 0
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  run(): string {
    try {
      this.#value()
      this.#space()
      if (this.at < this.#text.length) throw this.#unexpected('the end of the file')
      return 'not JSON'
    } catch (error) {
      if (error instanceof Fault) return error.message
      throw error
    }
  }

  #unexpected(wanted: string): Fault {
    const found = this.#text[this.at]
    return new Fault(`expected ${wanted}, found ${found ? JSON.stringify(found) : 'the end'}`)
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#text[this.at] ?? '')) this.at++
  }

  #value(): void {
    this.#space()
    const first = this.#text[this.at] ?? ''
    if (first === '{') this.#members('}', true)
    else if (first === '[') this.#members(']', false)
    else if (first === '"') this.#string()
    else this.#match(/-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|true|false|null/y, 'a value')
  }

  #members(close: string, named: boolean): void {
    this.at++
    this.#space()
    if (this.#text[this.at] === close) {
      this.at++
      return
    }
    for (;;) {
      if (named) this.#name()
      this.#value()
      this.#space()
      const next = this.#text[this.at]
      if (next !== ',' && next !== close) throw this.#unexpected(`"," or "${close}"`)
      this.at++
      if (next === close) return
    }
  }

  #name(): void {
    this.#space()
    if (this.#text[this.at] !== '"') throw this.#unexpected('a name in double quotes')
    this.#string()
    this.#space()
    this.#match(/:/y, '":"')
  }

  #string(): void {
    // oxlint-disable-next-line no-control-regex -- control characters are what JSON strings exclude
    this.#match(/"([^"\\\u0000-\u001f]|\\(["\\/bfnrt]|u[\da-fA-F]{4}))*"/y, 'a complete string')
  }

  #match(pattern: RegExp, wanted: string): void {
    pattern.lastIndex = this.at
    if (!pattern.test(this.#text)) throw this.#unexpected(wanted)
    this.at = pattern.lastIndex
  }
}
