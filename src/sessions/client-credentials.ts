import type { Context } from '../context.ts'
import { UsageError } from '../errors/families.ts'
import { loadPrivateKey, type ClientKey } from '../keys/load-private-key.ts'
import { readClientCertificate } from '../transport/certificates.ts'
import { findClientSecret, findSecret, type FoundSecret } from './client-secret.ts'

/** What the user gave for proving who the client is, looked up; nothing was sent anywhere yet. */
export interface FoundCredentials {
  clientSecret: FoundSecret | undefined
  clientKey: ClientKey | undefined
  clientAssertion: string | undefined
  /** True when a certificate is presented in TLS. */
  certificate: boolean
  /** Texts that tell one set of credentials from another. */
  marks: (string | undefined)[]
}

/** Looks up the client's credentials. Throws a `UsageError` for those that are missing or unusable. */
export async function findCredentials(context: Context): Promise<FoundCredentials> {
  const { values } = context.settings
  const clientSecret = await findClientSecret(context)
  const key = await findSecret(context, 'client_key', 'client key')
  const passphrase = await findSecret(context, 'client_key_passphrase', 'passphrase')
  const assertion = await findSecret(context, 'client_assertion', 'client assertion')
  if (values.cert === undefined && values.cert_key !== undefined) {
    throw new UsageError('--cert-key goes with --cert', {
      code: 'option_invalid',
      hint: 'Name the certificate: --cert FILE',
    })
  }
  return {
    clientSecret,
    clientKey:
      key &&
      loadPrivateKey(key.value, {
        kid: values.client_key_id,
        passphrase: passphrase?.value,
        spelling: '--client-key',
      }),
    clientAssertion: assertion?.value,
    certificate: values.cert !== undefined,
    marks: [
      clientSecret?.value,
      key?.value,
      assertion?.value,
      // A token may be bound to the certificate itself (RFC 8705 section 3), not to its file.
      values.cert && readClientCertificate(values.cert),
    ],
  }
}
