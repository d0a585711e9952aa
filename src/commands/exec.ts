import type { Register } from '../cli/command.ts'
import { tokenOptions } from '../cli/options.ts'
import { runExec } from '../exec/exec.ts'
import { obtainOptions } from '../token/obtain.ts'

export const registerExec: Register = (program, run) => {
  const command = program
    .command('exec')
    .argument('[profile]', 'profile whose session or grant to use')
    .usage('[options] [profile] -- COMMAND [ARGUMENT …]')
    .summary('run a command with a valid token in its environment')
    .description(
      `Run a command with a valid token in its environment, without a shell. It gets standard input, output and error, and no secret variable of oauthctl. Its exit code or signal becomes that of oauthctl; 127 when it is not found, 126 when it cannot be run. SIGTERM and SIGHUP are passed on to it, SIGINT too where there is no terminal whose Ctrl-C reaches it anyway.`,
    )
    .option('--env <name>', 'name of the variable with the token (default ACCESS_TOKEN)')
  tokenOptions(command)
  command.action(
    run(
      (context, invocation) =>
        runExec(context, {
          command: invocation.childCommand,
          variable:
            (invocation.options['env'] as string | undefined) ?? context.env['OAUTHCTL_ENV'],
          obtain: obtainOptions(invocation),
        }),
      { profileArgument: 0 },
    ),
  )
}
