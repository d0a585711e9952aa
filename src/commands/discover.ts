import type { Register } from '../cli/command.ts'

export const registerDiscover: Register = (program, run) => {
  program
    .command('discover')
    .argument('<url>', 'issuer, or the address of its metadata')
    .summary("show and explain a server's metadata")
    .description(
      "Look for a server's metadata at every address that OpenID Connect Discovery and RFC 8414 know, and explain what it offers.",
    )
    .action(
      run(async (context, { args }) => {
        const { runDiscover } = await context.online()
        return runDiscover(context, args[0] ?? '')
      }),
    )
}
