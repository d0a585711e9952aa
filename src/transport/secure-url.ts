import { UsageError } from '../errors/families.ts'
import { loopbackHost, parseUrl } from '../text/urls.ts'

/** True for an address that credentials may travel to: https, http to loopback, or as allowed. */
export function isSecureUrl(text: string, allowHttp: boolean): boolean {
  try {
    checkSecureUrl(text, allowHttp ? () => {} : undefined)
    return true
  } catch {
    return false
  }
}

/**
 * Refuses addresses that credentials must not travel to: anything but https, and http to a host
 * that is not loopback unless `--allow-http` was given (`allowHttp` then warns).
 */
export function checkSecureUrl(text: string, allowHttp: ((url: URL) => void) | undefined): URL {
  const url = parseUrl(text)
  if (!url) {
    throw new UsageError(`"${text}" is not a URL`, {
      code: 'url_invalid',
      hint: 'Write the whole address, as in https://login.example.com',
    })
  }
  if (url.protocol === 'https:') return url
  if (url.protocol === 'http:' && loopbackHost(url.hostname) !== undefined) return url
  if (url.protocol === 'http:' && allowHttp) {
    allowHttp(url)
    return url
  }
  throw new UsageError(`${url.protocol}//${url.host} is not https`, {
    code: 'insecure_url',
    hint:
      url.protocol === 'http:'
        ? 'Use https; for a test network where that cannot be, add --allow-http'
        : 'Use an https address',
  })
}
