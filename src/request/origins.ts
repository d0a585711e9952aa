import { UsageError } from '../errors/families.ts'
import { parseUrl } from '../text/urls.ts'

/** True when an address is one that the token is for. */
export type OriginRule = (url: URL) => boolean

/** The origin of an address such as the issuer or a resource; nothing for what is no address. */
export function originOf(address: string | undefined): OriginRule[] {
  const origin = address === undefined ? 'null' : parseUrl(address)?.origin
  return origin === undefined || origin === 'null' ? [] : [(url) => url.origin === origin]
}

/**
 * An entry of `allow_host`: an origin (`https://api.example.com`), or a host with or without a port,
 * which without one is the usual port of the address. Compared as a whole: no wildcards, no
 * subdomains. Throws a `UsageError` for anything else.
 */
export function allowedHost(entry: string): OriginRule {
  const hasScheme = /^https?:\/\//i.test(entry)
  const parsed = parseUrl(hasScheme ? entry : `https://${entry}`)
  const isBare =
    parsed?.pathname === '/' && !/^\/|[@?#*\s\\]|[^/]\/./.test(entry.replace('://', ''))
  if (!parsed || !isBare) {
    throw new UsageError(`"${entry}" is not a host or an origin`, {
      code: 'allow_host_invalid',
      hint: 'Write the host itself, without path and wildcards: --allow-host api.example.com',
    })
  }
  if (hasScheme) return (url) => url.origin === parsed.origin
  const named = /:(\d+)\/?$/.exec(entry)?.[1]
  return (url) =>
    url.hostname === parsed.hostname &&
    (named === undefined ? url.port === '' : portOf(url) === Number(named))
}

function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80))
}
