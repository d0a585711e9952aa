// Platforms that hand out identity tokens by a program of theirs.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fetchIdentity } from '../../src/identity/fetch-identity.ts'
import { createRunCommand } from '../../src/identity/run-command.ts'
import { AUDIENCE, jwtWith, startWorkload, TOKEN } from './workload.ts'

const wish = { audience: AUDIENCE }
const BUILDKITE = {
  BUILDKITE: 'true',
  BUILDKITE_JOB_ID: '0184-job',
  BUILDKITE_AGENT_ACCESS_TOKEN: 'agent-secret-token',
}
const FOR_AWS = jwtWith({ aud: ['sts.amazonaws.com'] })

it('Buildkite: asks its agent for the audience', async () => {
  const { deps, program, argumentsOf, learned } = startWorkload(BUILDKITE)
  program('buildkite-agent', `[ -n "$BUILDKITE_JOB_ID" ] && echo '${TOKEN}'`)
  await expect(fetchIdentity('auto', wish, deps)).resolves.toBe(TOKEN)
  expect(argumentsOf('buildkite-agent')).toEqual(['oidc', 'request-token', '--audience', AUDIENCE])
  expect(learned).toEqual(['agent-secret-token', TOKEN])
})

it.each(['BUILDKITE_JOB_ID', 'BUILDKITE_AGENT_ACCESS_TOKEN'])(
  'Buildkite: names %s where it is missing',
  async (name) => {
    const { deps } = startWorkload({ ...BUILDKITE, [name]: undefined })
    await expect(fetchIdentity('auto', wish, deps)).rejects.toMatchObject({
      exitCode: 2,
      code: 'identity_unavailable',
      message: `Buildkite offers this job no identity token: ${name} is not set`,
      hint: expect.stringContaining('mount-buildkite-agent: true') as unknown,
    })
  },
)

it('Buildkite: says that the agent is not in a container', async () => {
  const { deps } = startWorkload(BUILDKITE)
  await expect(fetchIdentity('buildkite', wish, deps)).rejects.toMatchObject({
    exitCode: 2,
    code: 'identity_unavailable',
    message: expect.stringContaining('buildkite-agent, which is not in PATH') as unknown,
    hint: expect.stringContaining('mount-buildkite-agent: true') as unknown,
  })
})

it('Buildkite: quotes what its agent says, and nothing that it printed', async () => {
  const { deps, program } = startWorkload(BUILDKITE)
  program('buildkite-agent', "echo half-a-token; echo 'fatal: job is not running' >&2; exit 3")
  await expect(fetchIdentity('buildkite', wish, deps)).rejects.toMatchObject({
    exitCode: 5,
    code: 'identity_refused',
    message:
      'Buildkite gave no identity token (buildkite-agent ended with 3): "fatal: job is not running"',
  })
})

it('CircleCI: takes the ready token where it is for the audience', async () => {
  const { deps } = startWorkload({ CIRCLECI: 'true', CIRCLE_OIDC_TOKEN_V2: TOKEN })
  await expect(fetchIdentity('auto', wish, deps)).resolves.toBe(TOKEN)
})

it('CircleCI: else asks its program for the audience', async () => {
  const ready = jwtWith({ aud: 'organisation' })
  const { deps, program, argumentsOf } = startWorkload({
    CIRCLECI: 'true',
    CIRCLE_OIDC_TOKEN_V2: ready,
  })
  program('circleci', `echo '${TOKEN}'`)
  await expect(fetchIdentity('circleci', wish, deps)).resolves.toBe(TOKEN)
  const [run, oidc, get, option, claims = ''] = argumentsOf('circleci')
  expect([run, oidc, get, option]).toEqual(['run', 'oidc', 'get', '--claims'])
  expect(JSON.parse(claims)).toEqual({ aud: AUDIENCE })
})

it('CircleCI: names the missing program, and the missing platform', async () => {
  const inside = startWorkload({ CIRCLECI: 'true' })
  await expect(fetchIdentity('circleci', wish, inside.deps)).rejects.toMatchObject({
    exitCode: 2,
    code: 'identity_unavailable',
    message: expect.stringContaining('circleci, which is not in PATH') as unknown,
  })
  const outside = startWorkload()
  await expect(fetchIdentity('circleci', wish, outside.deps)).rejects.toMatchObject({
    exitCode: 2,
    message: 'CircleCI offers this job no identity token: CIRCLECI is not set',
  })
})

it('AWS: asks STS through the command line, with the audience kept from its URL loading', async () => {
  const { deps, program, argumentsOf } = startWorkload({ AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE' })
  const answer = JSON.stringify({ WebIdentityToken: TOKEN, Expiration: '2030-01-01T00:00:00Z' })
  program('aws', `echo '${answer}'`)
  await expect(fetchIdentity('auto', wish, deps)).resolves.toBe(TOKEN)
  const [sts, operation, option, input = '', ...format] = argumentsOf('aws')
  expect([sts, operation, option]).toEqual(['sts', 'get-web-identity-token', '--cli-input-json'])
  expect(JSON.parse(input)).toEqual({ Audience: [AUDIENCE], SigningAlgorithm: 'RS256' })
  expect(format).toEqual(['--output', 'json'])
})

it('AWS: sends the token of the pod only to AWS, for whom it is', async () => {
  const path = '/var/run/secrets/eks.amazonaws.com/serviceaccount/token'
  const { deps, program, file, root } = startWorkload({ AWS_WEB_IDENTITY_TOKEN_FILE: path })
  file(path, `${FOR_AWS}\n`)
  program('aws', `echo '${JSON.stringify({ WebIdentityToken: TOKEN })}'`)
  await expect(fetchIdentity('auto', { audience: 'sts.amazonaws.com' }, deps)).resolves.toBe(
    FOR_AWS,
  )
  expect(existsSync(join(root, 'programs', 'aws.arguments'))).toBe(false)
  await expect(fetchIdentity('auto', wish, deps)).resolves.toBe(TOKEN)
})

it('AWS: without its command line and its file there is no identity', async () => {
  const { deps } = startWorkload({ AWS_WEB_IDENTITY_TOKEN_FILE: '/missing' })
  await expect(fetchIdentity('aws', wish, deps)).rejects.toMatchObject({
    exitCode: 2,
    code: 'identity_unavailable',
    message: 'AWS hands out identity tokens by the program aws, which is not in PATH',
    hint: expect.stringContaining('AWS command line') as unknown,
  })
})

it('AWS: quotes its refusal and says what to turn on', async () => {
  const { deps, program } = startWorkload()
  program(
    'aws',
    'printf "\\nAn error occurred (OutboundWebIdentityFederationDisabled) when calling it\\n" >&2; exit 254',
  )
  await expect(fetchIdentity('aws', wish, deps)).rejects.toMatchObject({
    exitCode: 5,
    code: 'identity_refused',
    message: expect.stringContaining('(OutboundWebIdentityFederationDisabled)') as unknown,
    hint: expect.stringContaining('enable-outbound-web-identity-federation') as unknown,
  })
})

it('AWS: refuses an answer without a token', async () => {
  const { deps, program } = startWorkload()
  program('aws', 'echo None')
  await expect(fetchIdentity('aws', wish, deps)).rejects.toMatchObject({
    exitCode: 5,
    code: 'identity_malformed',
  })
})

it('a program inherits no secret of oauthctl, and no terminal to ask at', async () => {
  const { deps, program } = startWorkload({ ...BUILDKITE, OAUTHCTL_CLIENT_SECRET: 'of-ours' })
  program('buildkite-agent', 'echo "a.b.c${OAUTHCTL_CLIENT_SECRET}$(cat)"')
  await expect(fetchIdentity('buildkite', wish, deps)).resolves.toBe('a.b.c')
})

it('a program ends with the run that started it', async () => {
  const { program, deps } = startWorkload()
  program('slow', 'exec sleep 30')
  const stop = new AbortController()
  const running = createRunCommand({ env: deps.env, signal: stop.signal })(['slow'])
  const reason = new Error('stopped')
  stop.abort(reason)
  await expect(running).rejects.toBe(reason)
})
