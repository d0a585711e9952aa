import type { Register } from '../cli/command.ts'
import {
  browserOptions,
  clientAuthenticationOptions,
  endpointOptions,
  selectorOptions,
  serverOptions,
} from '../cli/options.ts'
import { runToken } from '../token/token.ts'

export const registerToken: Register = (program, run) => {
  const command = program
    .command('token')
    .argument('[profile]', 'profile whose session to use')
    .summary('print a valid access token')
    .description(
      'Print a valid access token: the stored one while it is fresh, else a refreshed one.',
    )
    .option('--min-ttl <seconds>', 'how long the token must still live (default 60)')
    .option(
      '--output <format>',
      'raw, json, header, env, github, curl or exec-credential (default raw)',
    )
    .option('--env <name>', 'name of the variable for --output env and github')
    .option('--id-token', 'print the ID token instead')
    .option('--check', 'print nothing: exit 0 when a token would come without a login, else 3')
    .option('--login', 'log in when needed, in a terminal only')
  selectorOptions(command)
  serverOptions(command)
  clientAuthenticationOptions(command)
  browserOptions(command)
  endpointOptions(command)
  command.action(
    run(
      async (context, { options }) => {
        return runToken(context, {
          format: (options['output'] as string | undefined) ?? context.env['OAUTHCTL_OUTPUT'],
          variable: (options['env'] as string | undefined) ?? context.env['OAUTHCTL_ENV'],
          idToken: options['idToken'] === true,
          check: options['check'] === true,
          loginWhenNeeded: options['login'] === true,
        })
      },
      { profileArgument: 0 },
    ),
  )
}
