import type { Dispatcher } from 'undici'
import { systemCertificates, trustedCertificates, type ClientCertificate } from './certificates.ts'
import { proxyFor, type ProxyInputs } from './proxy.ts'
import { tellUnsent } from './unsent.ts'

export interface DispatcherInputs extends ProxyInputs {
  timeoutMs: number
  /** A PEM file whose certificates are trusted beside the usual ones. */
  ca?: string | undefined
  /** The client's own certificate for mutual TLS (RFC 8705), looked up by the first connection. */
  clientCertificate?: (() => Promise<ClientCertificate | undefined>) | undefined
}

/** Whose certificates are trusted: the usual ones, or those of the machine too. */
export type Trust = 'usual' | 'system'

/** The ways out of this process, one per proxy and trust, made when they are first needed. */
export interface Dispatchers {
  /** `onStart` is told when the first byte of a request goes out. */
  get(url: URL, trust: Trust, onStart?: () => void): Promise<Dispatcher>
  close(): Promise<void>
}

const CONNECT_MS = 10_000

export function createDispatchers(inputs: DispatcherInputs): Dispatchers {
  const made = new Map<string, Promise<Dispatcher>>()

  async function make(proxy: string | undefined, trust: Trust): Promise<Dispatcher> {
    const { Agent, ProxyAgent } = await import('./undici.ts')
    const tls = await tlsOptions(inputs, trust)
    const timeout = Math.min(inputs.timeoutMs, CONNECT_MS)
    if (proxy === undefined) return new Agent({ connect: { ...tls, timeout } })
    const { username, password, href } = new URL(proxy)
    const token = username || password ? { token: basic(username, password) } : {}
    // The client's certificate is for the server behind the proxy.
    const { cert: _cert, key: _key, ...proxyTls } = tls
    return new ProxyAgent({ uri: href, requestTls: tls, proxyTls, ...token })
  }

  return {
    get(url, trust, onStart) {
      const proxy = proxyFor(url, inputs)
      const key = `${trust} ${proxy ?? ''}`
      const known = made.get(key) ?? make(proxy, trust)
      made.set(key, known)
      return known.then((dispatcher) => tellUnsent(dispatcher, onStart))
    },
    async close() {
      for (const one of made.values()) {
        const dispatcher = await one.catch(() => undefined)
        await dispatcher?.destroy()
      }
    },
  }
}

interface TlsOptions {
  ca?: string[]
  cert?: string
  key?: string
  // Given always, so that a variable of Node cannot switch verification off behind our back.
  rejectUnauthorized: true
}

async function tlsOptions(inputs: DispatcherInputs, trust: Trust): Promise<TlsOptions> {
  const own = trustedCertificates(inputs.ca, inputs.env)
  const { rootCertificates } = process.getBuiltinModule('node:tls')
  const ca =
    trust === 'usual' ? own : [...(own ?? rootCertificates), ...systemCertificates(inputs.env)]
  const client = await inputs.clientCertificate?.()
  return { rejectUnauthorized: true, ...(ca ? { ca } : {}), ...client }
}

function basic(username: string, password: string): string {
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}
