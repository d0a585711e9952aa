import type { IdentitySource } from '../source.ts'

/** Whatever a command of the user prints. */
export const shellCommand: IdentitySource = {
  name: 'cmd',
  title: 'the command behind cmd:',
  signs: [],
  argument: { placeholder: 'COMMAND', required: true },
  fetch: (command = '', _wish, { runShell }) => runShell(command),
}
