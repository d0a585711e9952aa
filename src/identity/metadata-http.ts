import { UsageError } from '../errors/families.ts'

// Addresses that only the machine's own host answers, so that plain http never leaves it.
const METADATA_HOSTS = new Set(['metadata.google.internal', '169.254.169.254', '[fd20:ce::254]'])

/**
 * What an HTTP client for metadata servers has other than the usual one: plain http to exactly their
 * addresses (and loopback, for emulators), and never a proxy, which would get to see the token.
 */
export function metadataHttpOptions(): {
  env: Record<string, never>
  proxy: undefined
  allowHttp: (url: URL) => void
} {
  return { env: {}, proxy: undefined, allowHttp: refuseOtherHosts }
}

function refuseOtherHosts(url: URL): void {
  if (METADATA_HOSTS.has(url.hostname)) return
  throw new UsageError(`${url.host} is no metadata server, and plain http to it is not safe`, {
    code: 'insecure_url',
    hint: 'Set GCE_METADATA_HOST to metadata.google.internal or an address of this machine, or unset it',
  })
}
