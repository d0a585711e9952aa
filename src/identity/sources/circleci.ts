import { isFor } from '../audience.ts'
import { requireVariable } from '../errors.ts'
import { runPlatformCommand } from '../platform-command.ts'
import type { IdentitySource } from '../source.ts'

const title = 'CircleCI'

/**
 * The token in `CIRCLE_OIDC_TOKEN_V2` is for the organisation; one for another audience comes from
 * `circleci run oidc get`, which CircleCI documents under 'OIDC tokens with custom claims'.
 */
export const circleci: IdentitySource = {
  name: 'circleci',
  title,
  signs: ['CIRCLECI'],
  async fetch(_argument, wish, { env, run }) {
    requireVariable(env, 'CIRCLECI', { title, hint: 'Run it in a job of CircleCI' })
    const ready = env['CIRCLE_OIDC_TOKEN_V2']
    if (ready && isFor(ready, wish)) return ready
    const claims = JSON.stringify({ aud: wish.audience })
    return runPlatformCommand(
      ['circleci', 'run', 'oidc', 'get', '--claims', claims],
      {
        title,
        missing:
          'Run it in a step of the job itself, where CircleCI puts its program; the ready token without it: --identity env:CIRCLE_OIDC_TOKEN_V2',
        refused:
          'Builds of forks get identity tokens only with: Project settings, Advanced, Pass secrets to builds from forked pull requests',
      },
      { run },
    )
  },
}
