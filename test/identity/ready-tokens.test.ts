// Sources that find a token ready: in a variable, in a file, from a command of the user.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fetchIdentity } from '../../src/identity/fetch-identity.ts'
import { AUDIENCE, jwtWith, startWorkload, TOKEN } from './workload.ts'

const wish = { audience: AUDIENCE }
const OTHER = jwtWith({ aud: ['https://cluster.example.com', 'other'] })
const KUBERNETES = { KUBERNETES_SERVICE_HOST: '10.0.0.1' }
const CUSTOMARY_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/token'

it('GitLab: takes the variable of its examples, or the one that is named', async () => {
  const env = { GITLAB_CI: 'true', GITLAB_OIDC_TOKEN: TOKEN, MY_TOKEN: OTHER }
  const { deps, learned } = startWorkload(env)
  await expect(fetchIdentity('auto', wish, deps)).resolves.toBe(TOKEN)
  await expect(fetchIdentity('gitlab:MY_TOKEN', wish, deps)).resolves.toBe(OTHER)
  expect(learned).toEqual([TOKEN, OTHER])
})

it('GitLab: says what to write into .gitlab-ci.yml', async () => {
  const { deps } = startWorkload({ GITLAB_CI: 'true' })
  await expect(fetchIdentity('auto', wish, deps)).rejects.toMatchObject({
    exitCode: 2,
    code: 'identity_unavailable',
    message: 'GitLab CI/CD offers this job no identity token: GITLAB_OIDC_TOKEN is not set',
    hint: expect.stringContaining(
      `id_tokens: { GITLAB_OIDC_TOKEN: { aud: "${AUDIENCE}" } }`,
    ) as unknown,
  })
  await expect(fetchIdentity('gitlab:MINE', wish, deps)).rejects.toMatchObject({
    message: expect.stringContaining('MINE is not set') as unknown,
    hint: expect.stringContaining('id_tokens: { MINE:') as unknown,
  })
})

it('GitLab: does not send a found token that is for somebody else', async () => {
  const { deps } = startWorkload({ GITLAB_CI: 'true', GITLAB_OIDC_TOKEN: OTHER })
  await expect(fetchIdentity('auto', wish, deps)).rejects.toMatchObject({
    exitCode: 2,
    code: 'identity_wrong_audience',
    message: `the token in GITLAB_OIDC_TOKEN is for "https://cluster.example.com", "other", not for "${AUDIENCE}"`,
    hint: expect.stringContaining('--identity-audience') as unknown,
  })
})

it('Kubernetes: takes the customary file where it is for the audience', async () => {
  const { deps, file } = startWorkload(KUBERNETES)
  file(CUSTOMARY_FILE, TOKEN)
  await expect(fetchIdentity('auto', wish, deps)).resolves.toBe(TOKEN)
})

it.each([
  ['for its own cluster', OTHER],
  ['for nobody', jwtWith({})],
])('Kubernetes: keeps a customary token %s in the cluster', async (_whom, token) => {
  const { deps, file } = startWorkload(KUBERNETES)
  file(CUSTOMARY_FILE, token)
  await expect(fetchIdentity('kubernetes', wish, deps)).rejects.toMatchObject({
    exitCode: 2,
    code: 'identity_wrong_audience',
    hint: expect.stringContaining(`serviceAccountToken: audience: "${AUDIENCE}"`) as unknown,
  })
})

it('Kubernetes: sends the file that is named, and mentions its audience with --verbose', async () => {
  const { deps, file, details } = startWorkload(KUBERNETES)
  file('/tokens/mine', `${OTHER}\n`)
  await expect(fetchIdentity('kubernetes:/tokens/mine', wish, deps)).resolves.toBe(OTHER)
  expect(details.at(-1)).toContain('the token in /tokens/mine is for "https://cluster.example.com"')
})

it('Kubernetes: says how a pod gets a token', async () => {
  const { deps } = startWorkload(KUBERNETES)
  await expect(fetchIdentity('auto', wish, deps)).rejects.toMatchObject({
    exitCode: 2,
    code: 'identity_unavailable',
    message: `the token file ${CUSTOMARY_FILE} does not exist`,
    hint: expect.stringContaining('projected volume') as unknown,
  })
})

it('file: reads a token without its line break', async () => {
  const { deps, file, learned } = startWorkload()
  file('/token', `${TOKEN}\r\n`)
  await expect(fetchIdentity('file:/token', wish, deps)).resolves.toBe(TOKEN)
  expect(learned).toEqual([TOKEN])
})

it('file: tells an empty, a missing and an unreadable one apart', async () => {
  const { deps, file, root } = startWorkload()
  file('/empty', '\n')
  mkdirSync(join(root, 'folder'))
  const failure = { exitCode: 2, code: 'identity_unavailable' }
  await expect(fetchIdentity('file:/empty', wish, deps)).rejects.toMatchObject({
    ...failure,
    message: 'the token file /empty is empty',
  })
  await expect(fetchIdentity('file:/none', wish, deps)).rejects.toMatchObject({
    ...failure,
    message: 'the token file /none does not exist',
  })
  await expect(fetchIdentity('file:/folder', wish, deps)).rejects.toMatchObject({
    ...failure,
    message: 'the token file /folder cannot be read (EISDIR)',
  })
})

it('env: takes a token that is no JWT', async () => {
  const { deps } = startWorkload({ MINE: 'opaque-b64_token~1/2+3==' })
  await expect(fetchIdentity('env:MINE', wish, deps)).resolves.toBe('opaque-b64_token~1/2+3==')
  await expect(fetchIdentity('env:NONE', wish, deps)).rejects.toMatchObject({
    exitCode: 2,
    code: 'identity_unavailable',
    message: 'the variable NONE is not set',
  })
})

it('cmd: takes what the command prints', async () => {
  const { deps, program } = startWorkload()
  program('minter', `echo '${TOKEN}'`)
  await expect(fetchIdentity('cmd:minter | cat', wish, deps)).resolves.toBe(TOKEN)
  await expect(fetchIdentity('cmd:exit 7', wish, deps)).rejects.toMatchObject({ exitCode: 2 })
  await expect(fetchIdentity('cmd:true', wish, deps)).rejects.toMatchObject({
    exitCode: 2,
    code: 'identity_malformed',
    message: 'the command behind cmd: gave nothing',
  })
})

it.each(['two words', 'a\nb', 'tök.en.x', '"a.b.c"', '=='])(
  'refuses %j without repeating it',
  async (text) => {
    const { deps } = startWorkload({ MINE: text })
    const failed = fetchIdentity('env:MINE', wish, deps)
    await expect(failed).rejects.toMatchObject({ exitCode: 2, code: 'identity_malformed' })
    await expect(failed).rejects.not.toThrow(text)
  },
)
