import type { AuthorizationServer } from 'oauth4webapi'
import { ENDPOINT_NAMES, type Settings } from '../config/settings.ts'
import { isSecureUrl } from '../transport/secure-url.ts'

/** The endpoints of the metadata, those given by hand left out, that credentials must not travel to. */
export function insecureEndpoints(
  metadata: AuthorizationServer,
  settings: Settings,
): Record<string, string> {
  const named = metadata as unknown as Record<string, unknown>
  const insecure: Record<string, string> = {}
  for (const name of ENDPOINT_NAMES) {
    const value = named[name]
    if (name === 'issuer' || settings[name] !== undefined || typeof value !== 'string') continue
    if (!isSecureUrl(value, settings.allow_http ?? false)) insecure[name] = value
  }
  return insecure
}
