import { Option } from 'commander'
import type { Register } from '../cli/command.ts'
import { clientAuthenticationOptions } from '../cli/options.ts'

const CREDENTIALS = [
  'clientSecret',
  'clientKey',
  'clientKeyPassphrase',
  'clientAssertion',
  'cert',
  'certKey',
  'identity',
]

export const registerLogout: Register = (program, run) => {
  const command = program
    .command('logout')
    .argument('[profile]', 'profile to log out of')
    .summary('revoke the tokens and forget the session')
    .description(
      'Revoke the refresh and access token where the server can, and forget the session.',
    )
    .addOption(
      // A credential of one client is not sent to the servers of all.
      new Option('--all', 'all sessions of the profile file').conflicts(CREDENTIALS),
    )
    .option('--local', 'only forget; do not ask the server')
    .option('--end-session', "also end the browser's session at the server")
    .option('--browser <command>', 'browser for --end-session')
    .option('--no-browser', 'print the address for --end-session only')
    .option('--login-timeout <seconds>', 'how long to wait for the browser (default 300)')
  clientAuthenticationOptions(command)
  command.action(
    run(
      async (context, { options }) => {
        const { logoutProfiles } = await context.online()
        return logoutProfiles(context, {
          all: options['all'] === true,
          local: options['local'] === true,
          endSession: options['endSession'] === true,
          noBrowser: options['browser'] === false,
        })
      },
      { profileArgument: 0 },
    ),
  )
}
