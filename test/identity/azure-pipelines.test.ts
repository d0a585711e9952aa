import { expect, it } from 'vitest'
import { fetchIdentity } from '../../src/identity/fetch-identity.ts'
import { AUDIENCE, jwtWith, startPlatform, startWorkload } from './workload.ts'

const PATH = '/org/project/_apis/distributedtask/hubs/build/plans/1/jobs/2/oidctoken'
// Azure alone decides the audience.
const TOKEN = jwtWith({ aud: 'api://AzureADTokenExchange' })

function environment(url: string): Record<string, string> {
  return {
    TF_BUILD: 'True',
    SYSTEM_OIDCREQUESTURI: url + PATH,
    SYSTEM_ACCESSTOKEN: 'pipeline-secret-bearer',
  }
}

it('posts to the address of the job', async () => {
  const platform = await startPlatform({ [`POST ${PATH}`]: { json: { oidcToken: TOKEN } } })
  const { deps, learned, details } = startWorkload(environment(platform.url))
  await expect(fetchIdentity('auto', { audience: AUDIENCE }, deps)).resolves.toBe(TOKEN)
  const [request] = platform.requests
  expect(Object.fromEntries(request?.query ?? [])).toEqual({ 'api-version': '7.1' })
  expect(request?.headers).toMatchObject({
    authorization: 'Bearer pipeline-secret-bearer',
    'content-length': '0',
    'x-tfs-fedauthredirect': 'Suppress',
  })
  expect(learned).toEqual(['pipeline-secret-bearer', TOKEN])
  expect(details.at(-1)).toContain('is for "api://AzureADTokenExchange", not for')
})

it('asks for the identity of a service connection that is named', async () => {
  const platform = await startPlatform({ [`POST ${PATH}`]: { json: { oidcToken: TOKEN } } })
  const { deps } = startWorkload(environment(platform.url))
  await fetchIdentity('azure-pipelines:0ab1&x=y', { audience: AUDIENCE }, deps)
  expect(platform.requests[0]?.query.get('serviceConnectionId')).toBe('0ab1&x=y')
})

it('says how a step gets its access token', async () => {
  const { deps } = startWorkload({
    ...environment('https://dev.example.com'),
    SYSTEM_ACCESSTOKEN: '',
  })
  await expect(fetchIdentity('auto', { audience: AUDIENCE }, deps)).rejects.toMatchObject({
    exitCode: 2,
    code: 'identity_unavailable',
    message: 'Azure Pipelines offers this job no identity token: SYSTEM_ACCESSTOKEN is not set',
    hint: expect.stringContaining('SYSTEM_ACCESSTOKEN: $(System.AccessToken)') as unknown,
  })
})

it('quotes the message of a refusal', async () => {
  const said = { $id: '1', message: 'TF400813: The user is not authorized', errorCode: 0 }
  const platform = await startPlatform({ [`POST ${PATH}`]: { status: 401, json: said } })
  const { deps } = startWorkload(environment(platform.url))
  await expect(fetchIdentity('auto', { audience: AUDIENCE }, deps)).rejects.toMatchObject({
    exitCode: 5,
    code: 'identity_refused',
    message:
      'Azure Pipelines gave no identity token (status 401): "TF400813: The user is not authorized"',
  })
})
