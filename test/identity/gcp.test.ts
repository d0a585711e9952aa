import { expect, it } from 'vitest'
import { fetchIdentity } from '../../src/identity/fetch-identity.ts'
import { AUDIENCE, startPlatform, startWorkload, TOKEN } from './workload.ts'

const ROUTE = 'GET /computeMetadata/v1/instance/service-accounts/default/identity'
const GOOGLE = { 'metadata-flavor': 'Google' }

function hostOf(url: string): string {
  return new URL(url).host
}

it('asks the metadata server as Google documents it, past every proxy', async () => {
  const platform = await startPlatform({ [ROUTE]: { headers: GOOGLE, body: TOKEN } })
  const { deps, learned } = startWorkload({
    GCE_METADATA_HOST: hostOf(platform.url),
    HTTP_PROXY: 'http://127.0.0.1:1',
    ALL_PROXY: 'http://127.0.0.1:1',
  })
  await expect(fetchIdentity('auto', { audience: AUDIENCE }, deps)).resolves.toBe(TOKEN)
  const [request] = platform.requests
  expect(request?.headers['metadata-flavor']).toBe('Google')
  expect(Object.fromEntries(request?.query ?? [])).toEqual({ audience: AUDIENCE, format: 'full' })
  expect(learned).toEqual([TOKEN])
})

it('believes only an answer that has the mark of the metadata server', async () => {
  const platform = await startPlatform({ [ROUTE]: { body: TOKEN } })
  const { deps } = startWorkload({ GCE_METADATA_HOST: hostOf(platform.url) })
  await expect(fetchIdentity('gcp', { audience: AUDIENCE }, deps)).rejects.toMatchObject({
    exitCode: 5,
    code: 'identity_malformed',
    message: expect.stringContaining('no metadata server of Google answered') as unknown,
  })
})

it('quotes a refusal and names the service account', async () => {
  const said = { status: 404, headers: GOOGLE, body: 'service account not defined\nmore\n' }
  const platform = await startPlatform({ [ROUTE]: said })
  const { deps } = startWorkload({ GCE_METADATA_HOST: hostOf(platform.url) })
  await expect(fetchIdentity('gcp', { audience: AUDIENCE }, deps)).rejects.toMatchObject({
    exitCode: 5,
    code: 'identity_refused',
    message: 'Google Cloud gave no identity token (status 404): "service account not defined"',
    hint: expect.stringContaining('service account') as unknown,
  })
})

it('says that it is not on Google Cloud where no metadata server answers', async () => {
  const platform = await startPlatform({})
  await platform.stop()
  const { deps } = startWorkload({ GCE_METADATA_HOST: hostOf(platform.url) })
  await expect(fetchIdentity('gcp', { audience: AUDIENCE }, deps)).rejects.toMatchObject({
    exitCode: 2,
    code: 'identity_unavailable',
    message: expect.stringContaining('no metadata server of Google Cloud here') as unknown,
  })
})

it.each(['metadata.example.com', '169.254.169.254.example.com:80', 'user@169.254.169.254', 'a/b'])(
  'asks no other host without encryption: %s',
  async (host) => {
    const { deps } = startWorkload({ GCE_METADATA_HOST: host })
    await expect(fetchIdentity('gcp', { audience: AUDIENCE }, deps)).rejects.toMatchObject({
      exitCode: 2,
      hint: expect.stringContaining('metadata.google.internal') as unknown,
    })
  },
)
