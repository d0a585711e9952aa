import { expect, it } from 'vitest'
import { fetchIdentity } from '../../src/identity/fetch-identity.ts'
import { AUDIENCE, startPlatform, startWorkload, TOKEN } from './workload.ts'

const PATH = '/pipelines/run/idtoken'

function environment(url: string): Record<string, string> {
  return {
    GITHUB_ACTIONS: 'true',
    ACTIONS_ID_TOKEN_REQUEST_URL: `${url}${PATH}?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runner-secret-bearer',
  }
}

it('asks the address of the runner for the audience, with its bearer token', async () => {
  const platform = await startPlatform({ [`GET ${PATH}`]: { json: { count: 1, value: TOKEN } } })
  const { deps, learned } = startWorkload(environment(platform.url))
  await expect(fetchIdentity('github-actions', { audience: AUDIENCE }, deps)).resolves.toBe(TOKEN)
  const [request] = platform.requests
  expect(request?.query.get('audience')).toBe(AUDIENCE)
  expect(request?.query.get('api-version')).toBe('2.0')
  expect(request?.headers['authorization']).toBe('Bearer runner-secret-bearer')
  expect(learned).toEqual(['runner-secret-bearer', TOKEN])
})

it('takes an address without a query, too', async () => {
  const platform = await startPlatform({ [`GET ${PATH}`]: { json: { value: TOKEN } } })
  const { deps } = startWorkload({
    ...environment(platform.url),
    ACTIONS_ID_TOKEN_REQUEST_URL: platform.url + PATH,
  })
  await expect(fetchIdentity('auto', { audience: AUDIENCE }, deps)).resolves.toBe(TOKEN)
  expect(platform.requests[0]?.query.get('audience')).toBe(AUDIENCE)
})

it.each(['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'])(
  'names %s and the permission where it is missing',
  async (name) => {
    const env = environment('https://runner.example.com')
    const { deps } = startWorkload({ ...env, [name]: undefined })
    await expect(fetchIdentity('auto', { audience: AUDIENCE }, deps)).rejects.toMatchObject({
      exitCode: 2,
      code: 'identity_unavailable',
      message: `GitHub Actions offers this job no identity token: ${name} is not set`,
      hint: expect.stringContaining('permissions: id-token: write') as unknown,
    })
  },
)

it('quotes the message of a refusal', async () => {
  const said = { $id: '1', message: 'The token is\u001b[31m not allowed', typeKey: 'X' }
  const platform = await startPlatform({ [`GET ${PATH}`]: { status: 403, json: said } })
  const { deps } = startWorkload(environment(platform.url))
  await expect(fetchIdentity('auto', { audience: AUDIENCE }, deps)).rejects.toMatchObject({
    exitCode: 5,
    code: 'identity_refused',
    retryable: false,
    message:
      'GitHub Actions gave no identity token (status 403): "The token is\\u{1b}[31m not allowed"',
  })
})

it('says that a failing platform may be asked again, and leaves its page out', async () => {
  const page = { status: 503, body: '<html><h1>Unavailable</h1></html>' }
  const platform = await startPlatform({ [`GET ${PATH}`]: page })
  const { deps } = startWorkload(environment(platform.url))
  await expect(fetchIdentity('auto', { audience: AUDIENCE }, deps)).rejects.toMatchObject({
    code: 'identity_refused',
    retryable: true,
    message: 'GitHub Actions gave no identity token (status 503)',
  })
})

it.each([
  ['no token', { json: { count: 0 } }],
  ['no JSON', { body: '<html>sign in</html>' }],
  ['something else', { json: { value: 'two words' } }],
])('refuses an answer with %s', async (_what, answer) => {
  const platform = await startPlatform({ [`GET ${PATH}`]: answer })
  const { deps } = startWorkload(environment(platform.url))
  const failed = fetchIdentity('auto', { audience: AUDIENCE }, deps)
  await expect(failed).rejects.toMatchObject({ exitCode: 5, code: 'identity_malformed' })
  await expect(failed).rejects.not.toThrow(/two words|sign in/)
})

it('sends the bearer token to no address without encryption', async () => {
  const { deps } = startWorkload(environment('http://runner.example.com'))
  await expect(fetchIdentity('auto', { audience: AUDIENCE }, deps)).rejects.toMatchObject({
    exitCode: 2,
    code: 'insecure_url',
  })
})
