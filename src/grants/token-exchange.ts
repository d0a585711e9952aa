import type { Context } from '../context.ts'
import { UsageError } from '../errors/families.ts'
import type { Server } from '../protocol/server.ts'
import { jobIdentity } from '../sessions/job-identity.ts'
import type { MachineGrant } from './machine-grant.ts'
import { ownAccessToken } from './own-session.ts'
import { findSecret } from '../sessions/client-secret.ts'

const TOKEN_TYPE = 'urn:ietf:params:oauth:token-type'

/**
 * Token exchange (RFC 8693 section 2.1). The subject is `--subject-token`, else the job's own identity
 * (`--identity`), else the access token of the profile's own session.
 */
export const tokenExchange: MachineGrant = {
  type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  option: '--token-exchange',
  cached: false,
  takesIdentity: true,
  async parameters(context, server) {
    const { values } = context.settings
    const parameters = new URLSearchParams()
    const subject = await subjectToken(context, server)
    parameters.set('subject_token', subject.token)
    parameters.set('subject_token_type', tokenType(values.subject_token_type) ?? subject.type)
    const actor = await findSecret(context, 'actor_token', 'actor token')
    if (actor) {
      parameters.set('actor_token', actor.value)
      parameters.set(
        'actor_token_type',
        tokenType(values.actor_token_type) ?? `${TOKEN_TYPE}:access_token`,
      )
    } else if (values.actor_token_type !== undefined) {
      throw new UsageError('--actor-token-type goes with --actor-token', {
        code: 'option_invalid',
        hint: 'Name the token: --actor-token env:NAME (RFC 8693 section 2.1)',
      })
    }
    const requested = tokenType(values.requested_token_type)
    if (requested !== undefined) parameters.set('requested_token_type', requested)
    return parameters
  },
}

async function subjectToken(
  context: Context,
  server: Server,
): Promise<{ token: string; type: string }> {
  const given = await findSecret(context, 'subject_token', 'subject token')
  if (given) return { token: given.value, type: `${TOKEN_TYPE}:access_token` }
  const identity = await jobIdentity(context, server)
  if (identity !== undefined) return { token: identity, type: `${TOKEN_TYPE}:jwt` }
  return { token: await ownAccessToken(context), type: `${TOKEN_TYPE}:access_token` }
}

/** A short name (`id_token`) stands for the URN of RFC 8693 section 3; anything with a colon is one. */
function tokenType(name: string | undefined): string | undefined {
  return name === undefined || name.includes(':') ? name : `${TOKEN_TYPE}:${name}`
}
