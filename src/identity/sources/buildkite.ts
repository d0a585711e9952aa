import { requireVariable } from '../errors.ts'
import { runPlatformCommand } from '../platform-command.ts'
import type { IdentitySource } from '../source.ts'

const title = 'Buildkite'
const inContainer =
  'Run it in a Buildkite job; in a container of the docker plugin set: mount-buildkite-agent: true'

/** By `buildkite-agent oidc request-token`, which reads the job and its token from its environment. */
export const buildkite: IdentitySource = {
  name: 'buildkite',
  title,
  signs: ['BUILDKITE'],
  async fetch(_argument, { audience }, { env, run, learn }) {
    requireVariable(env, 'BUILDKITE_JOB_ID', { title, hint: inContainer })
    learn(requireVariable(env, 'BUILDKITE_AGENT_ACCESS_TOKEN', { title, hint: inContainer }))
    return runPlatformCommand(
      ['buildkite-agent', 'oidc', 'request-token', '--audience', audience],
      {
        title,
        missing: inContainer,
        refused: 'See what the agent says: buildkite-agent oidc request-token --help',
      },
      { run },
    )
  },
}
