import { UsageError } from '../errors/families.ts'
import { parseUrl } from '../text/urls.ts'

/** An issuer identifier is a URL without query and fragment (RFC 8414 section 2). */
export function checkIssuer(issuer: string): void {
  const url = parseUrl(issuer)
  const hint = /^[a-z0-9.-]+\.[a-z]{2,}(?:[:/]\S*)?$/i.test(issuer)
    ? `Write the whole address: https://${issuer}`
    : 'Write the whole address, as in: https://login.example.com'
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`the issuer "${issuer}" is not an https URL`, {
      code: 'issuer_invalid',
      hint,
    })
  }
  if (url.search || url.hash || url.username || url.password) {
    throw new UsageError('an issuer has no query, fragment, user name or password', {
      code: 'issuer_invalid',
      hint,
    })
  }
}
