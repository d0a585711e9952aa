import { OauthctlError } from '../../errors/families.ts'
import type { Fetch } from '../../ports/fetch.ts'
import { readAnswer } from '../answer.ts'
import { identityMalformed, identityUnavailable } from '../errors.ts'
import type { IdentitySource } from '../source.ts'

const title = 'Google Cloud'
const HOST = 'metadata.google.internal'
const PATH = '/computeMetadata/v1/instance/service-accounts/default/identity'

/**
 * From the metadata server of the machine, as Google documents it for Compute Engine, GKE and Cloud
 * Run; `GCE_METADATA_HOST` names another address for it, as in Google's own libraries.
 */
export const gcp: IdentitySource = {
  name: 'gcp',
  title,
  signs: ['GCE_METADATA_HOST', 'K_SERVICE', 'CLOUD_RUN_JOB'],
  async fetch(_argument, { audience }, { env, metadataFetch }) {
    const host = env['GCE_METADATA_HOST'] || HOST
    if (!/^[\w.:[\]-]+$/.test(host)) {
      throw identityUnavailable(
        'GCE_METADATA_HOST is no host name',
        `Set it to a host or HOST:PORT, or unset it for ${HOST}`,
      )
    }
    const query = new URLSearchParams({ audience, format: 'full' })
    const answer = await ask(metadataFetch, `http://${host}${PATH}?${query}`)
    const hint =
      'Attach a service account to the machine, job or pod: its identity is what is handed out'
    const body = await readAnswer(title, answer, hint)
    // The mark by which Google's metadata server is told from anything else that answers there.
    if (answer.headers.get('metadata-flavor')?.toLowerCase() === 'google') return body
    throw identityMalformed(
      title,
      `was asked at ${host}, but no metadata server of Google answered`,
    )
  },
}

async function ask(fetch: Fetch, address: string): Promise<Response> {
  try {
    return await fetch(address, { headers: { 'metadata-flavor': 'Google' } })
  } catch (error) {
    if (!(error instanceof OauthctlError) || error.code !== 'network_unreachable') throw error
    throw identityUnavailable(
      `there is no metadata server of Google Cloud here: ${error.message}`,
      `Run it on Google Cloud; where ${HOST} is not known, set GCE_METADATA_HOST=169.254.169.254`,
      error,
    )
  }
}
