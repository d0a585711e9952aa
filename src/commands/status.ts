import type { Register } from '../cli/command.ts'
import { showStatus } from '../status/status.ts'

export const registerStatus: Register = (program, run) => {
  program
    .command('status')
    .argument('[profile]', 'only this profile')
    .summary('show who is logged in where')
    .description('Show the sessions: no keychain read, no network, no prompt.')
    .action(run(async (context) => showStatus(context), { profileArgument: 0 }))
}
