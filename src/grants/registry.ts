import { clientCredentials } from './client-credentials.ts'
import { jwtBearer } from './jwt-bearer.ts'
import type { MachineGrant } from './machine-grant.ts'
import { tokenExchange } from './token-exchange.ts'

// A new grant is one file and one line here.
const GRANTS: MachineGrant[] = [clientCredentials, tokenExchange, jwtBearer]

/** The grant of a `grant_type`; any other one is made of `--token-param` alone. */
export function machineGrant(type: string): MachineGrant {
  return (
    GRANTS.find((grant) => grant.type === type) ?? {
      type,
      option: `--grant-type ${type}`,
      cached: false,
      takesIdentity: false,
      parameters: async () => new URLSearchParams(),
    }
  )
}
