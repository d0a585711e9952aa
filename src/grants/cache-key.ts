import { createHash } from 'node:crypto'
import type { Context } from '../context.ts'
import { selectorKey } from '../sessions/selector.ts'

/**
 * Everything that shapes a token of a machine, as one text: the same wish in another order gives the
 * same text. Holds no secret; the credential is compared where it is encrypted (see cached-token.ts).
 */
export function tokenShape(context: Context, grantType: string): string {
  const { values } = context.settings
  const parameters = Object.entries(values.token_param ?? {}).toSorted()
  return JSON.stringify([
    grantType,
    values.issuer ?? '',
    values.token_endpoint ?? '',
    values.client_id ?? '',
    values.token_endpoint_auth_method ?? '',
    values.cert ?? '',
    selectorKey(values),
    parameters,
  ])
}

/** The name of a cached token: it tells nothing, so that a list of entries tells nothing either. */
export function cacheName(shape: string): string {
  return `cache:${createHash('sha256').update(shape).digest('hex').slice(0, 32)}`
}

/** What a cached token was got with; kept inside the encrypted entry only. */
export function credentialMark(secrets: (string | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(secrets)).digest('base64url')
}
