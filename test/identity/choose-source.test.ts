import { expect, it } from 'vitest'
import { chooseSource, identitySpellings } from '../../src/identity/choose-source.ts'
import { fetchIdentity } from '../../src/identity/fetch-identity.ts'
import { AUDIENCE, startWorkload, TOKEN } from './workload.ts'

it.each([
  ['github-actions', { GITHUB_ACTIONS: 'true', KUBERNETES_SERVICE_HOST: '10.0.0.1' }],
  ['gitlab', { GITLAB_CI: 'true', KUBERNETES_SERVICE_HOST: '10.0.0.1' }],
  ['azure-pipelines', { TF_BUILD: 'True' }],
  ['circleci', { CIRCLECI: 'true', AWS_EXECUTION_ENV: 'EC2' }],
  ['buildkite', { BUILDKITE: 'true', BUILDKITE_AGENT_NAME: 'x' }],
  ['kubernetes', { KUBERNETES_SERVICE_HOST: '10.0.0.1', AWS_WEB_IDENTITY_TOKEN_FILE: '/t' }],
  ['kubernetes', { KUBERNETES_SERVICE_HOST: '10.0.0.1', K_SERVICE: 'knative' }],
  ['gcp', { CLOUD_RUN_JOB: 'job' }],
  ['aws', { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/1' }],
  ['aws', { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x', GITHUB_ACTIONS: 'false', CIRCLECI: '' }],
])('auto finds %s', (name, env) => {
  expect(chooseSource('auto', env).source.name).toBe(name)
})

it('auto says what it looked for', () => {
  const attempt = (): unknown => chooseSource('auto', { CI: 'true', GITHUB_TOKEN: 'x' })
  expect(attempt).toThrow(
    expect.objectContaining({ exitCode: 2, code: 'identity_unavailable' }) as Error,
  )
  for (const sign of ['GITHUB_ACTIONS', 'GITLAB_CI', 'TF_BUILD', 'CIRCLECI', 'BUILDKITE'])
    expect(attempt).toThrow(sign)
  for (const sign of ['KUBERNETES_SERVICE_HOST', 'GCE_METADATA_HOST', 'AWS_EXECUTION_ENV'])
    expect(attempt).toThrow(sign)
})

it('auto does not go on to the machine below a platform that has no identity for the job', async () => {
  const path = '/var/run/secrets/kubernetes.io/serviceaccount/token'
  const { deps, file } = startWorkload({ GITLAB_CI: 'true', KUBERNETES_SERVICE_HOST: '10.0.0.1' })
  file(path, TOKEN)
  await expect(fetchIdentity('auto', { audience: AUDIENCE }, deps)).rejects.toMatchObject({
    message: expect.stringContaining('GITLAB_OIDC_TOKEN is not set') as unknown,
  })
})

it('keeps everything behind the first colon', () => {
  expect(chooseSource('cmd:echo a:b', {}).argument).toBe('echo a:b')
  expect(chooseSource('file:C:\\token', {}).argument).toBe('C:\\token')
})

it.each(['file', 'file:', 'env', 'env:', 'cmd:', 'gitlab:', 'gcp:x', 'auto:', 'github', '', ':x'])(
  'refuses %j',
  (text) => {
    expect(() => chooseSource(text, {})).toThrow(
      expect.objectContaining({ exitCode: 2, code: 'identity_unknown' }) as Error,
    )
  },
)

it('repeats a mistyped name, but never a token', () => {
  expect(() => chooseSource('github', {})).toThrow('"github"')
  const attempt = (): unknown => chooseSource(TOKEN, {})
  expect(attempt).toThrow('--identity takes the name of a source')
  expect(attempt).not.toThrow(TOKEN.slice(0, 10))
})

it('names every source for the help', () => {
  expect(identitySpellings()).toEqual([
    'auto',
    'github-actions',
    'gitlab[:NAME]',
    'azure-pipelines[:SERVICE_CONNECTION_ID]',
    'circleci',
    'buildkite',
    'kubernetes[:PATH]',
    'gcp',
    'aws',
    'file:PATH',
    'env:NAME',
    'cmd:COMMAND',
  ])
})
