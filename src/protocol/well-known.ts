export interface MetadataAddress {
  url: string
  /** Which document the address belongs to. */
  form: string
}

/**
 * Where an issuer's metadata can be, in the order in which they are asked: OpenID Connect Discovery
 * 1.0 section 4, RFC 8414 section 3, the RFC 8414 section 5 form of the OpenID name, and the RFC
 * 8414 name appended to the path, which no document describes but some servers have.
 */
export function metadataAddresses(issuer: string): MetadataAddress[] {
  const url = new URL(issuer)
  const path = url.pathname.replace(/\/$/, '')
  const at = (pathname: string): string => `${url.origin}${pathname}${url.search}`
  const addresses: MetadataAddress[] = [
    { url: at(`${path}/.well-known/openid-configuration`), form: 'OpenID Connect Discovery' },
    { url: at(`/.well-known/oauth-authorization-server${path}`), form: 'RFC 8414' },
  ]
  if (path !== '') {
    addresses.push(
      { url: at(`/.well-known/openid-configuration${path}`), form: 'RFC 8414, OpenID name' },
      { url: at(`${path}/.well-known/oauth-authorization-server`), form: 'appended path' },
    )
  }
  return addresses
}

/** The issuer that an address of a metadata document belongs to, or undefined for other addresses. */
export function issuerOfMetadataAddress(text: string): string | undefined {
  const url = new URL(text)
  const name = /\/\.well-known\/(?:openid-configuration|oauth-authorization-server)(\/.*)?$/.exec(
    url.pathname,
  )
  if (!name) return undefined
  const before = url.pathname.slice(0, name.index)
  return `${url.origin}${before}${name[1] ?? ''}`
}
