import type { MachineGrant } from './machine-grant.ts'

/** The client's own token (RFC 6749 section 4.4). */
export const clientCredentials: MachineGrant = {
  type: 'client_credentials',
  option: '--client-credentials',
  cached: true,
  takesIdentity: false,
  parameters: async () => new URLSearchParams(),
}
