import { loopbackHost } from '../text/urls.ts'

export type CheckedUrl = { kind: 'openable'; href: string } | { kind: 'refused'; reason: string }

/**
 * A page address that may be handed to another program: https, or http on loopback. What a server
 * names as its address could else start a program or open a file.
 */
export function openableUrl(url: string, allowHttp: boolean): CheckedUrl {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u0020\u007f-\u009f]/.test(url)) {
    return { kind: 'refused', reason: 'the address has control characters or spaces in it' }
  }
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    return { kind: 'refused', reason: 'the address is not one of a web page' }
  }
  const { protocol, hostname, href } = new URL(url)
  if (protocol === 'http:' && !allowHttp && loopbackHost(hostname) === undefined) {
    return { kind: 'refused', reason: 'the address is plain http to another machine' }
  }
  return { kind: 'openable', href }
}
