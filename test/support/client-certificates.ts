import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CLIENT_AUTHORIZED, CLIENT_CERTIFICATE } from './http-front.ts'

interface RequestContext {
  get(name: string): string
}

/** What oidc-provider needs for both methods of mutual TLS and for bound tokens (RFC 8705). */
export const mutualTls = {
  enabled: true,
  certificateBoundAccessTokens: true,
  selfSignedTlsClientAuth: true,
  tlsClientAuth: true,
  getCertificate: (ctx: RequestContext) => presented(ctx),
  certificateAuthorized: (ctx: RequestContext) => ctx.get(CLIENT_AUTHORIZED) === '1',
  certificateSubjectMatches: (ctx: RequestContext, property: string, expected: string) =>
    property === 'tls_client_auth_subject_dn' && presented(ctx)?.subject === expected,
}

function presented(ctx: RequestContext): X509Certificate | undefined {
  const der = ctx.get(CLIENT_CERTIFICATE)
  return der === '' ? undefined : new X509Certificate(Buffer.from(der, 'base64'))
}

export interface ClientCertificateFiles {
  /** The certificate alone. */
  cert: string
  /** Its private key, as a file. */
  key: string
  text: string
}

/** A certificate for a client, with the subject `CN=NAME`, signed by itself or by `ca`. */
export function makeClientCertificate(
  folder: string,
  name: string,
  ca?: { cert: string; key: string },
): ClientCertificateFiles {
  const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)]
  const signer = ca ? ['-CA', ca.cert, '-CAkey', ca.key] : []
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-noenc',
      '-keyout',
      key,
      '-out',
      cert,
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      ...signer,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  return { cert, key, text: readFileSync(cert, 'utf8') }
}
