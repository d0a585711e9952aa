import {
  browserOptions,
  clientAuthenticationOptions,
  endpointOptions,
  loginRequestOptions,
  selectorOptions,
  serverOptions,
} from '../cli/options.ts'
import type { Register } from '../cli/command.ts'
import { sessionDocument, sessionLines } from '../sessions/session-view.ts'

export const registerLogin: Register = (program, run) => {
  const command = program
    .command('login')
    .argument('[profile]', 'profile to log in to; made by the first login')
    .summary('log in through the browser')
    .description(
      'Log in through the browser (authorization code + PKCE) and keep the session in the store.',
    )
    .option('--switch-account', 'allow another account than the stored one')
    .option('--no-save', 'do not write the profile')
  serverOptions(command)
  selectorOptions(command)
  loginRequestOptions(command)
  clientAuthenticationOptions(command)
  browserOptions(command)
  endpointOptions(command)
  command.action(
    run(
      async (context, { options }) => {
        const { login } = await context.online()
        const result = await login(context, {
          noBrowser: options['browser'] === false,
          save: options['save'] !== false,
          switchAccount: options['switchAccount'] === true,
        })
        const { output } = context
        if (output.json) output.document(sessionDocument(result))
        else output.result(sessionLines('Logged in', result, context).join('\n'))
      },
      { profileArgument: 0 },
    ),
  )
}
