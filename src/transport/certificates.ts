import { readFileSync } from 'node:fs'
import { UsageError } from '../errors/families.ts'

type Env = Record<string, string | undefined>

/** Certificates in PEM, and the private key of the client's own one. */
export interface ClientCertificate {
  cert: string
  key: string
}

// Where Linux distributions, and the BSDs, keep the certificates that the machine trusts.
const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/**
 * The certificates of `--ca` and `NODE_EXTRA_CA_CERTS` beside those that Node brings, or undefined
 * for Node's own choice. Throws a `UsageError` `ca_invalid`.
 */
export function trustedCertificates(ca: string | undefined, env: Env): string[] | undefined {
  if (ca === undefined) return undefined
  const { rootCertificates } = process.getBuiltinModule('node:tls')
  const named = [readCertificates(ca, 'ca_invalid', '--ca FILE')]
  const extra = env['NODE_EXTRA_CA_CERTS']
  return [...rootCertificates, ...named, ...(extra === undefined ? [] : readBundle(extra))]
}

/** What the machine itself trusts beside that: `SSL_CERT_FILE`, or the system's store. */
export function systemCertificates(env: Env): string[] {
  const tls = process.getBuiltinModule('node:tls') as {
    getCACertificates?: (type: 'system') => string[]
  }
  const named = env['SSL_CERT_FILE']
  const files = named ? [named] : SYSTEM_BUNDLES
  const found = files.flatMap(readBundle)
  // Node 22.15 and later can ask macOS and Windows.
  return found.length > 0 ? found : (tls.getCACertificates?.('system') ?? [])
}

/** The client's certificate file for mutual TLS (RFC 8705). Throws a `UsageError` `cert_invalid`. */
export function readClientCertificate(path: string): string {
  return readCertificates(path, 'cert_invalid', '--cert FILE')
}

function readCertificates(path: string, code: string, option: string): string {
  const unusable = (why: string, cause?: unknown): UsageError =>
    new UsageError(`the certificate file ${path} cannot be used: ${why}`, {
      code,
      hint: `Name a file with PEM certificates: ${option}`,
      ...(cause === undefined ? {} : { cause }),
    })
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable'
    throw unusable(why, cause)
  }
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g)
  if (!blocks) throw unusable('no PEM certificate in it')
  const { X509Certificate } = process.getBuiltinModule('node:crypto')
  for (const block of blocks) {
    try {
      if (new X509Certificate(block).subject === undefined) throw new Error('no subject')
    } catch (cause) {
      throw unusable('damaged', cause)
    }
  }
  return text
}

function readBundle(path: string): string[] {
  try {
    return [readFileSync(path, 'utf8')]
  } catch {
    return []
  }
}
