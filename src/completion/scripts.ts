import type { Command } from 'commander'
import { UsageError } from '../errors/families.ts'
import { bashScript } from './bash.ts'
import { fishScript } from './fish.ts'
import { completionNodes, SHELL_NAMES, type CompletionNode } from './tree.ts'
import { zshScript } from './zsh.ts'

const SHELLS: Record<string, (nodes: CompletionNode[]) => string> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

/** The completion script for a shell, made from the commands themselves. */
export function completionScript(shell: string, program: Command): string {
  const make = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined
  if (make) return make(completionNodes(program))
  throw new UsageError(`there is no completion for "${shell}"`, {
    code: 'option_invalid',
    hint: `Use one of: ${SHELL_NAMES.map((name) => `oauthctl completion ${name}`).join(', ')}`,
  })
}
