import type { Register } from '../cli/command.ts'
import { listKeys, makeKey, removeKey, showPublicKey } from '../key/key.ts'
import { KEY_ALGORITHMS } from '../keys/generate-key.ts'

const [STANDARD = ''] = KEY_ALGORITHMS

export const registerKey: Register = (program, run) => {
  const key = program
    .command('key')
    .summary('make client keys, show their public half, list and remove them')
    .description(
      'Client keys for private_key_jwt: the private half stays in the store and is never shown; --client-key keychain:NAME uses it.',
    )
  key
    .command('generate')
    .argument('[name]', "name of the key (default: the profile's)")
    .option('--alg <name>', `${KEY_ALGORITHMS.join(', ')} (default ${STANDARD})`)
    .option('--force', 'replace the key of this name')
    .description('Make a client key.')
    .action(
      run(async (context, { args, options }) =>
        makeKey(context, args[0], {
          alg: String(options['alg'] ?? STANDARD),
          force: options['force'] === true,
        }),
      ),
    )
  key
    .command('list')
    .description('List the client keys; reads no key.')
    .action(
      run(async (context) => {
        listKeys(context)
      }),
    )
  key
    .command('public')
    .argument('[name]', "name of the key (default: the profile's)")
    .description('Print the JWK set (RFC 7517) to hand to the server: the public half alone.')
    .action(run(async (context, { args }) => showPublicKey(context, args[0])))
  key
    .command('remove')
    .argument('<name>')
    .description('Remove a client key from the store.')
    .action(run(async (context, { args }) => removeKey(context, args[0] ?? '')))
}
