import type { Register } from '../cli/command.ts'
import { tokenOptions } from '../cli/options.ts'
import { runRequest } from '../request/request.ts'
import { obtainOptions } from '../token/obtain.ts'

const collect = (value: string, list: string[] | undefined): string[] => [...(list ?? []), value]

export const registerRequest: Register = (program, run) => {
  const command = program
    .command('request')
    .argument('<url>', 'where to send it: an https or loopback address')
    .summary('send an HTTP request with a valid token')
    .description(
      `Send an HTTP request with a valid token and print the answer's body as it comes, also with --json. The token goes only to the origins of the profile's resource and issuer and to those of allow_host; a redirect is shown and not followed. Exit code 0 for any answer, unless --fail is given or the API wants another login (3). --timeout limits how long the server may be silent, not the whole transfer.`,
    )
    .option('-X, --request <method>', 'method (default GET, with a body POST)')
    .option('-H, --header <line>', "'Name: value'; 'Name:' leaves one out; repeatable", collect)
    .option('-d, --data <data>', 'body: the text, @FILE or @- for standard input', collect)
    .option('--json-body <data>', 'JSON body: the text, @FILE or @-')
    .option('-o, --output-file <file>', 'write the answer to a file')
    .option('-i, --include', "print the answer's status and headers too")
    .option('--fail', 'an answer of 400 and more is a failure: 401 is 3, other 4xx 4, 5xx 5')
    .option(
      '--allow-host <host>',
      'host[:port] or origin that the token may go to; repeatable',
      collect,
    )
  tokenOptions(command)
  command.action(
    run((context, invocation) => {
      const { args, options } = invocation
      return runRequest(context, {
        url: args[0] ?? '',
        method: options['request'] as string | undefined,
        headers: (options['header'] as string[] | undefined) ?? [],
        data: (options['data'] as string[] | undefined) ?? [],
        json: options['jsonBody'] as string | undefined,
        outputFile: options['outputFile'] as string | undefined,
        include: options['include'] === true,
        fail: options['fail'] === true,
        obtain: obtainOptions(invocation),
      })
    }),
  )
}
