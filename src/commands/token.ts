import type { Register } from '../cli/command.ts'
import { tokenOptions } from '../cli/options.ts'
import { obtainOptions } from '../token/obtain.ts'
import { runToken } from '../token/token.ts'

const pair = (value: string, list: string[] | undefined): string[] => [...(list ?? []), value]

export const registerToken: Register = (program, run) => {
  const command = program
    .command('token')
    .argument('[profile]', 'profile whose session or grant to use')
    .summary('print a valid access token')
    .description(
      'Print a valid access token: the stored one while it is fresh, else a refreshed one; with a grant for machines, one of its own.',
    )
    .option(
      '--output <format>',
      'raw, json, header, env, github, curl or exec-credential (default raw)',
    )
    .option('--env <name>', 'name of the variable for --output env and github')
    .option('--check', 'print nothing: exit 0 when a token would come without a login, else 3')
    .option('--token-exchange', 'exchange a token for another one (RFC 8693)')
    .option('--subject-token <ref>', "where the subject token is (default: the profile's session)")
    .option('--subject-token-type <type>', 'its type: access_token, id_token, jwt, … or a URN')
    .option('--actor-token <ref>', 'where the actor token is')
    .option('--actor-token-type <type>', 'its type')
    .option('--requested-token-type <type>', 'the type of token that is wanted')
    .option('--jwt-bearer', 'present a JWT as the grant (RFC 7523)')
    .option('--assertion <ref>', 'where that JWT is (default: --identity)')
    .option('--grant-type <urn>', 'any other grant, made of --token-param')
    .option('--token-param <name=value>', 'a parameter of the token request; repeatable', pair)
  tokenOptions(command)
  command.action(
    run(
      async (context, invocation) => {
        const { options } = invocation
        return runToken(context, {
          ...obtainOptions(invocation),
          format: (options['output'] as string | undefined) ?? context.env['OAUTHCTL_OUTPUT'],
          variable: (options['env'] as string | undefined) ?? context.env['OAUTHCTL_ENV'],
          check: options['check'] === true,
        })
      },
      { profileArgument: 0 },
    ),
  )
}
