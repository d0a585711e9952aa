import type { Register } from '../cli/command.ts'
import { clientAuthenticationOptions } from '../cli/options.ts'
import { sessionDocument, sessionLines } from '../sessions/session-view.ts'
import { existingSession, tokenWish } from '../sessions/wish.ts'
import { forceRefresh } from '../sessions/force-refresh.ts'

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
