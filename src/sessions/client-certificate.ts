import { readFileSync } from 'node:fs'
import type { Context } from '../context.ts'
import { UsageError } from '../errors/families.ts'
import { loadPrivateKey } from '../keys/load-private-key.ts'
import { readClientCertificate, type ClientCertificate } from '../transport/certificates.ts'
import { findSecret } from './client-secret.ts'

/**
 * The client's certificate and its key for mutual TLS (RFC 8705), or undefined without `--cert`. The
 * key is `--cert-key`, else it stands in the certificate's file. Throws a `UsageError`.
 */
export async function findClientCertificate(
  context: Context,
): Promise<ClientCertificate | undefined> {
  const path = context.settings.values.cert
  if (path === undefined) return undefined
  const cert = readClientCertificate(path)
  const named = await findSecret(context, 'cert_key', 'certificate key')
  const passphrase = await findSecret(context, 'client_key_passphrase', 'passphrase')
  const text = named?.value ?? readFileSync(path, 'utf8')
  if (!named && !text.includes('PRIVATE KEY-----')) {
    throw new UsageError(`${path} has a certificate and no key`, {
      code: 'cert_key_missing',
      hint: 'Name the key: --cert-key file:PATH (or env:NAME, keychain:NAME, cmd:COMMAND)',
    })
  }
  const { key } = loadPrivateKey(text, {
    kid: undefined,
    passphrase: passphrase?.value,
    spelling: named ? '--cert-key' : '--cert',
  })
  checkPair(cert, key, path)
  return { cert, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

function checkPair(cert: string, key: import('node:crypto').KeyObject, path: string): void {
  const { X509Certificate } = process.getBuiltinModule('node:crypto')
  if (new X509Certificate(cert).checkPrivateKey(key)) return
  throw new UsageError(`the certificate ${path} and its key do not belong together`, {
    code: 'cert_key_mismatch',
    hint: 'Name the key that the certificate was made for: --cert-key file:PATH',
  })
}
