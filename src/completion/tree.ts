import type { Command, Option } from 'commander'
import { FORMAT_NAMES } from '../output/token-formats.ts'
import { STORE_KINDS } from '../stores/registry.ts'

/** What can stand in a place: one of some words, a profile's name, a file, or anything. */
export type Values = 'profiles' | 'files' | 'anything' | readonly string[]

export interface CompletionOption {
  /** `--issuer`, `-p`. */
  flags: string[]
  description: string
  /** What follows the option; undefined when nothing does. */
  values: Values | undefined
}

/** One command as the completion scripts see it. */
export interface CompletionNode {
  /** Words behind the program's name: `profile set`. */
  path: string[]
  description: string
  subcommands: { name: string; description: string }[]
  options: CompletionOption[]
  /** What its first argument is; undefined when it takes none. */
  argument: Values | undefined
}

export const SHELL_NAMES = ['bash', 'zsh', 'fish'] as const

const VALUES: Readonly<Record<string, Values>> = {
  profile: 'profiles',
  file: 'files',
  store: STORE_KINDS,
  output: FORMAT_NAMES,
  shell: SHELL_NAMES,
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
      options: path.length === 0 ? globals : withGlobals(options(command), globals),
      argument: argumentOf(command),
    },
    ...command.commands.flatMap((one) => visit(one, [...path, one.name()])),
  ]
  return visit(program, [])
}

/** Every flag that a value follows, in any command. */
export function valuedFlags(nodes: CompletionNode[]): string[] {
  const all = nodes.flatMap((node) => node.options).filter(({ values }) => values !== undefined)
  return [...new Set(all.flatMap(({ flags }) => flags))]
}

function options(command: Command): CompletionOption[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((option) => ({
      flags: [option.short, option.long].filter((flag) => flag !== undefined),
      description: option.description,
      values: valuesOf(option),
    }))
}

function withGlobals(own: CompletionOption[], globals: CompletionOption[]): CompletionOption[] {
  const taken = new Set(own.flatMap(({ flags }) => flags))
  return [...own, ...globals.filter(({ flags }) => !flags.some((flag) => taken.has(flag)))]
}

// By the option's own name, else by the placeholder in its flags: `--ca <file>`.
function valuesOf(option: Option): Values | undefined {
  if (!option.required && !option.optional) return undefined
  const placeholder = /[<[]([\w-]+)/.exec(option.flags)?.[1] ?? ''
  return VALUES[option.name()] ?? VALUES[placeholder] ?? 'anything'
}

function argumentOf(command: Command): Values | undefined {
  const [first] = command.registeredArguments
  return first && (VALUES[first.name()] ?? 'anything')
}
