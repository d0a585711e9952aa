/** What the playground shows: headings, remarks, and commands with what they printed. */
export interface Screen {
  heading(text: string): void
  note(text: string): void
  command(line: string): void
  /** A program's own words, exactly as they came. */
  raw(text: string): void
  blank(): void
}

export function createScreen(out: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Screen {
  const colour = out.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
  function paint(code: string, text: string): string {
    return colour ? `\x1b[${code}m${text}\x1b[0m` : text
  }
  let atLineStart = true
  function write(text: string): void {
    if (text === '') return
    out.write(text)
    atLineStart = text.endsWith('\n')
  }
  function line(text: string): void {
    write(`${atLineStart ? '' : '\n'}${text}\n`)
  }
  return {
    heading: (text) => line(`\n${paint('1;36', `■ ${text}`)}`),
    note: (text) => line(paint('2', text)),
    command: (text) => line(`${paint('2', '$')} ${paint('1', text)}`),
    raw: write,
    blank: () => line(''),
  }
}
