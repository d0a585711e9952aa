import type { Register } from '../cli/command.ts'
import { clientAuthenticationOptions } from '../cli/options.ts'
import { visibleJson } from '../text/visible.ts'
import { layOutJson } from '../text/json-layout.ts'
import { existingSession, tokenWish } from '../sessions/wish.ts'
import { obtainToken } from '../sessions/access-token.ts'

export const registerUserinfo: Register = (program, run) => {
  const command = program
    .command('userinfo')
    .argument('[profile]', 'profile whose session to use')
    .summary('show what the server says about the user')
    .description(
      "Show the server's UserInfo answer for the session's user, as the server wrote it.",
    )
  clientAuthenticationOptions(command)
  command.action(
    run(
      async (context) => {
        const { fetchUserInfo } = await context.online()
        const wish = tokenWish(context, existingSession(context))
        const { record, token } = await obtainToken(wish)
        const { client } = await wish.connect()
        const answer = await fetchUserInfo(client, token.accessToken, record.sub)
        context.output.result(visibleJson(layOutJson(answer)))
      },
      { profileArgument: 0 },
    ),
  )
}
