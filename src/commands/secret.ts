import type { Register } from '../cli/command.ts'
import { listSecrets, removeSecret, setSecret } from '../secret/secret.ts'

export const registerSecret: Register = (program, run) => {
  const secret = program
    .command('secret')
    .summary('put secrets into the store, list and remove them')
    .description(
      'Secrets in the keychain (or another --store), which settings refer to as keychain:NAME.',
    )
  secret
    .command('set')
    .argument('<name>')
    .description(
      'Store a secret: from standard input (one line break at its end is dropped), or asked for without echo in a terminal.',
    )
    .action(run(async (context, { args }) => setSecret(context, args[0] ?? '')))
  secret
    .command('list')
    .description('List the names of the stored secrets; reads no secret.')
    .action(
      run(async (context) => {
        listSecrets(context)
      }),
    )
  secret
    .command('remove')
    .argument('<name>')
    .description('Remove a secret from the store.')
    .action(run(async (context, { args }) => removeSecret(context, args[0] ?? '')))
}
