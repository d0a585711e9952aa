import type { Command } from 'commander'

export interface CompletionOption {
  /** `--issuer`, `-p`. */
  flags: string[]
  description: string
  takesValue: boolean
}

/** One command as the completion scripts see it. */
export interface CompletionNode {
  /** Words behind the program's name: `profile set`. */
  path: string[]
  description: string
  subcommands: { name: string; description: string }[]
  options: CompletionOption[]
  /** Its first argument is a profile. */
  takesProfile: boolean
}

/** The command tree, flattened; global options are part of every node. */
export function completionNodes(program: Command): CompletionNode[] {
  const globals = options(program)
  const visit = (command: Command, path: string[]): CompletionNode[] => [
    {
      path,
      description: command.summary() || command.description(),
      subcommands: command.commands.map((one) => ({
        name: one.name(),
        description: one.summary() || one.description(),
      })),
      options: path.length === 0 ? globals : [...options(command), ...globals],
      takesProfile: command.registeredArguments[0]?.name() === 'profile',
    },
    ...command.commands.flatMap((one) => visit(one, [...path, one.name()])),
  ]
  return visit(program, [])
}

function options(command: Command): CompletionOption[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((option) => ({
      flags: [option.short, option.long].filter((flag) => flag !== undefined),
      description: option.description,
      takesValue: option.required || option.optional,
    }))
}
