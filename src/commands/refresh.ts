import type { Register } from '../cli/command.ts'
import { clientAuthenticationOptions } from '../cli/options.ts'

export const registerRefresh: Register = (program, run) => {
  const command = program
    .command('refresh')
    .argument('[profile]', 'profile whose session to refresh')
    .summary('use the refresh token now')
    .description('Use the refresh token now, whatever is left of the access token.')
  clientAuthenticationOptions(command)
  command.action(
    run(
      async (context) => {
        const { forceRefresh } = await import('../sessions/force-refresh.ts')
        const { existingSession, tokenWish } = await import('../sessions/wish.ts')
        const { sessionDocument, sessionLines } = await import('../output/session-view.ts')
        const keeper = existingSession(context)
        const { record } = await forceRefresh(tokenWish(context, keeper))
        const report = { record, scopeRefused: [], notRefreshableBecause: undefined, keeper }
        const { output } = context
        if (output.json) output.document(sessionDocument(report))
        else output.result(sessionLines('Refreshed', report, context).join('\n'))
      },
      { profileArgument: 0 },
    ),
  )
}
