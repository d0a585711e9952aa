import type { Register } from '../cli/command.ts'

export const registerStatus: Register = (program, run) => {
  program
    .command('status')
    .argument('[profile]', 'only this profile')
    .summary('show who is logged in where')
    .description('Show the sessions: no keychain read, no network, no prompt.')
    .action(
      run(
        async (context) => {
          const { showStatus } = await import('../status/status.ts')
          return showStatus(context)
        },
        { profileArgument: 0 },
      ),
    )
}
