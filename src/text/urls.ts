/**
 * The host of a URL without brackets when it never leaves this machine: 127.0.0.0/8, ::1 and
 * `localhost` itself (RFC 8252 section 7.3); else undefined. Names below `.localhost` are left to
 * the resolver by many systems, so they may lead anywhere.
 */
export function loopbackHost(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '')
  return bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare)
    ? bare
    : undefined
}

/** True when an address names a user or a password (RFC 3986 section 3.2.1), or may be meant to. */
export function hasUserInfo(text: string): boolean {
  const url = parseUrl(text)
  if (!url || !/^https?:$/.test(url.protocol)) return text.includes('@')
  return url.username !== '' || url.password !== ''
}

/** The URL, or undefined when the text is none. */
export function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}
