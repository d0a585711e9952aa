import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { findProgram } from '../support/requirements.ts'
import { runOauthctl } from '../support/program.ts'
import { programPath } from '../support/project.ts'
import { startInTerminal } from '../support/terminal.ts'
import { createWorld, type World } from '../support/world.ts'

/** Completes lines in a real shell: for each line the words that the shell offers behind it. */
export type Complete = (
  lines: readonly string[],
  options?: CompleteOptions,
) => Promise<Map<string, string[]>>

interface CompleteOptions {
  /** A command that the shell runs after it has loaded the script. */
  before?: string
}

export type ShellName = 'bash' | 'zsh' | 'fish'

/** A world with two profiles, in which a shell finds oauthctl under its own name. */
export function completionWorld(): World {
  const world = createWorld()
  onTestFinished(world.close)
  world.writeConfig({ profiles: { work: {}, weekend: {} } })
  const script = `#!/bin/sh\nexec '${process.execPath}' '${programPath}' "$@"\n`
  writeFileSync(join(world.bin, 'oauthctl'), script, { mode: 0o755 })
  return world
}

/** The words after "source" that load the script as the help tells it. */
const LOADING: Record<ShellName, string> = {
  bash: 'source <(oauthctl completion bash)',
  zsh: 'autoload -Uz compinit && compinit -u -D && source <(oauthctl completion zsh)',
  fish: 'oauthctl completion fish | source',
}

/** Loads the script in the shell and gives everything that the shell says. */
export async function load(world: World, shell: ShellName): Promise<string> {
  const flags = { bash: ['--norc'], zsh: ['-f'], fish: ['--no-config'] }[shell]
  const { code, stdout, stderr } = await runOauthctl([...flags, '-c', LOADING[shell]], {
    env: world.env,
    cwd: world.home,
    command: [findProgram(shell) ?? shell],
  })
  return `${code}${stdout}${stderr}`
}

// fish answers on the command line what its completion would offer.
const completeInFish =
  (world: World): Complete =>
  async (lines, { before = 'true' } = {}) => {
    const asks = lines.map((line) => `echo '@@@'; complete -C '${line}'`)
    const { stdout, stderr } = await runOauthctl(
      ['--no-config', '-c', [LOADING.fish, before, ...asks].join('\n')],
      { env: world.env, cwd: world.home, command: [findProgram('fish') ?? 'fish'] },
    )
    if (stderr !== '') throw new Error(stderr)
    const [, ...answers] = stdout.split('@@@\n')
    return new Map(
      lines.map((line, index) => [
        line,
        (answers[index] ?? '').split('\n').flatMap((one) => one.split('\t')[0] || []),
      ]),
    )
  }

// Tab lists and then says that it has, in a spelling that no typed line has.
const LISTED = /@@listed@/
const STARTS = {
  bash: {
    command: ['--norc', '--noprofile', '-i'],
    setup: [
      `bind 'set bell-style none' 'set page-completions off'`,
      `bind 'set completion-query-items 0'`,
      `bind '"\\C-xl": possible-completions'`,
      `_listed() { printf '@@%s@' listed; }; bind -x '"\\C-xm": _listed'`,
      `bind '"\\t": "\\C-xl\\C-xm"'`,
    ],
  },
  zsh: {
    command: ['-f', '-i'],
    setup: [
      'unsetopt beep prompt_sp; LISTMAX=100000',
      `_listed() { zle list-choices; zle -R; printf '@@%s@' listed > /dev/tty }`,
      `zle -N _listed; bindkey '^I' _listed`,
    ],
  },
}

// bash and zsh complete only where a person types.
const completeInTerminal =
  (world: World, shell: 'bash' | 'zsh'): Complete =>
  async (lines, { before = 'true' } = {}) => {
    const { command, setup } = STARTS[shell]
    const terminal = startInTerminal([findProgram(shell) ?? shell, ...command], {
      env: { ...world.env, HISTFILE: '', INPUTRC: '/dev/null' },
      cwd: world.home,
      columns: 60,
      rows: 500,
    })
    const since = async (start: number, pattern: RegExp) => {
      const all = new RegExp(`^[^]{${start}}[^]*?${pattern.source}`)
      return (await terminal.waitFor(all))[0].slice(start)
    }
    const ready = async (name: string) => {
      terminal.send(`printf '@@%s@' ${name}\r`)
      await terminal.waitFor(new RegExp(`@@${name}@`))
    }
    for (const one of ["PS1='> '", ...setup, LOADING[shell], before]) terminal.send(`${one}\r`)
    await ready('start')
    const found = new Map<string, string[]>()
    for (const [index, line] of lines.entries()) {
      const start = terminal.output().length
      terminal.send(`${line}\t`)
      const shown = await since(start, LISTED)
      found.set(line, words(onLines(shown), line))
      // Away with the line: Ctrl-A, Ctrl-K.
      terminal.send('\x01\x0b')
      await ready(`line${index}`)
    }
    terminal.send('exit\r')
    await terminal.exited
    return found
  }

/** Text as lines where the cursor moved, so that what stands apart on the screen stays apart. */
function onLines(output: string): string {
  // oxlint-disable-next-line no-control-regex
  return output.replaceAll(/\x1b\[[\d;?]*[A-Za-z]|\x1b[=>]|[\r\b\x07]/g, '\n')
}

/** The first word of each entry of a listing, prompts and the line itself left out. */
function words(listed: string, line: string): string[] {
  return (
    listed
      .replace(LISTED, '\n')
      .split('\n')
      .map((one) => one.replace(/^> /, ''))
      .filter((one) => one.trim() !== line.trim())
      .flatMap((one) => one.split(/\s+-- /)[0]?.split(/\s+/) ?? [])
      // Single letters are the shell drawing the line again.
      .filter((word) => word.length > 1)
  )
}

export function completeIn(world: World, shell: ShellName): Complete {
  return shell === 'fish' ? completeInFish(world) : completeInTerminal(world, shell)
}
