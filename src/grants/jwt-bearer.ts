import { UsageError } from '../errors/families.ts'
import { findSecret } from '../sessions/client-secret.ts'
import { jobIdentity } from '../sessions/job-identity.ts'
import type { MachineGrant } from './machine-grant.ts'

/** A JWT as an authorization grant (RFC 7523 section 2.1): `--assertion`, else the job's identity. */
export const jwtBearer: MachineGrant = {
  type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
  option: '--jwt-bearer',
  cached: false,
  takesIdentity: true,
  async parameters(context, server) {
    const given = await findSecret(context, 'assertion', 'assertion')
    const assertion = given?.value ?? (await jobIdentity(context, server))
    if (assertion === undefined) {
      throw new UsageError('no assertion is given', {
        code: 'assertion_missing',
        hint: 'Name it: --assertion file:PATH (or env:NAME, cmd:COMMAND), or --identity auto',
      })
    }
    return new URLSearchParams({ assertion })
  },
}
