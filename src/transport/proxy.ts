import { UsageError } from '../errors/families.ts'
import { parseUrl } from '../text/urls.ts'

export interface ProxyInputs {
  env: Record<string, string | undefined>
  /** `--proxy` or the profile's `proxy`, which win over the variables. */
  proxy?: string | undefined
}

/**
 * The proxy for an address, or undefined for a direct connection: `--proxy`, else `HTTPS_PROXY` or
 * `HTTP_PROXY`, unless `NO_PROXY` names the host (`*`, a host, or a domain that it ends in).
 */
export function proxyFor(url: URL, { env, proxy }: ProxyInputs): string | undefined {
  const fromVariables =
    url.protocol === 'https:'
      ? (env['https_proxy'] ?? env['HTTPS_PROXY'] ?? env['all_proxy'] ?? env['ALL_PROXY'])
      : (env['http_proxy'] ?? env['HTTP_PROXY'] ?? env['all_proxy'] ?? env['ALL_PROXY'])
  const address = proxy || fromVariables
  if (!address || isExempt(url, env['no_proxy'] ?? env['NO_PROXY'] ?? '')) return undefined
  const parsed = parseUrl(address.includes('://') ? address : `http://${address}`)
  if (!parsed || !/^https?:$/.test(parsed.protocol) || !isDecodable(parsed)) {
    throw new UsageError('the proxy address is not a usable http or https URL', {
      code: 'proxy_invalid',
      hint: 'Write it like: --proxy http://proxy.example.com:3128',
    })
  }
  if (proxy && (parsed.username || parsed.password)) {
    throw new UsageError('--proxy takes no user name and password', {
      code: 'literal_secret',
      hint: 'Put the address with its password into the variable HTTPS_PROXY',
    })
  }
  return parsed.href
}

// A stray percent sign in a password has to be written as %25.
function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password)
    return true
  } catch {
    return false
  }
}

function isExempt(url: URL, list: string): boolean {
  const host = url.hostname.toLowerCase().replace(/^\[|\]$/g, '')
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return list
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true
      const { name, itsPort } = readEntry(entry.toLowerCase())
      if (itsPort && itsPort !== port) return false
      const domain = name.replace(/^\*?\./, '')
      return host === domain || host.endsWith(`.${domain}`)
    })
}

// `host`, `host:port`, `[::1]`, `[::1]:port` or an IPv6 address without brackets, which has no port.
function readEntry(entry: string): { name: string; itsPort: string | undefined } {
  const bracketed = /^\[(.*)\](?::(\d+))?$/.exec(entry)
  const plain = /^([^:]*)(?::(\d+))?$/.exec(entry)
  const [, name = entry, itsPort] = bracketed ?? plain ?? []
  return { name, itsPort }
}
