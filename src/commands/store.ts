import type { Register } from '../cli/command.ts'
import { rekeyStore } from '../store/rekey.ts'

export const registerStore: Register = (program, run) => {
  const store = program
    .command('store')
    .summary('change the key of the encrypted files')
    .description('The file store: encrypted files in the state folder.')
  store
    .command('rekey')
    .option(
      '--new-key <ref>',
      'where the new key is: file:PATH, env:NAME, cmd:COMMAND, - or prompt (also OAUTHCTL_STORE_NEW_KEY)',
    )
    .description(
      'Move everything in the file store from the key in OAUTHCTL_STORE_KEY or OAUTHCTL_STORE_KEY_FILE to a new one. A run that was cut short is finished by the next one.',
    )
    .action(
      run(async (context, { options }) =>
        rekeyStore(context, options['newKey'] as string | undefined),
      ),
    )
}
