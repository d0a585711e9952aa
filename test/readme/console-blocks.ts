/** A command of a ```console block and what it is said to print. */
export interface ShownCommand {
  command: string
  /** Lines; `…` stands for anything. */
  printed: string[]
}

/** The ```console blocks of a Markdown text, in order. */
export function consoleBlocks(markdown: string): ShownCommand[][] {
  return [...markdown.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, text = '']) => {
    const commands: ShownCommand[] = []
    for (const line of text.trimEnd().split('\n')) {
      if (line.startsWith('$ ')) commands.push({ command: line.slice(2), printed: [] })
      else commands.at(-1)?.printed.push(line)
    }
    return commands
  })
}

/** What the shown lines allow: everything as it stands, but for `…`. */
export function allowedBy(printed: string[]): RegExp {
  const pattern = printed
    .map((line) => line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '[\\s\\S]*?'))
    .join('\n')
  return new RegExp(`^${pattern}\n?$`)
}
