import type { Command } from 'commander'

/** The command behind whose `--` another program's command line stands. */
const HOST = 'exec'

/**
 * Cuts the child's command line off: everything behind the first `--` of `exec` belongs to the
 * child, also what looks like an option of ours. commander drops a `--` before a subcommand sees it.
 */
export function cutChildCommand(
  argv: readonly string[],
  createProgram: () => Command,
): { own: string[]; childCommand: string[] } {
  const at = argv.indexOf('--')
  const before = argv.slice(0, at)
  if (at < 0 || createProgram().parseOptions(before).operands[0] !== HOST) {
    return { own: [...argv], childCommand: [] }
  }
  return { own: before, childCommand: argv.slice(at + 1) }
}
