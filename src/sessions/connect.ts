import type { Context } from '../context.ts'
import { UsageError } from '../errors/families.ts'
import { chooseClientAuthentication } from '../protocol/client-authentication.ts'
import { discover } from '../protocol/discovery.ts'
import { describeClient } from '../protocol/protocol-client.ts'
import { describedByHand, givenEndpoints, type Server } from '../protocol/server.ts'
import { checkProfileCredentials, type Bound } from './binding.ts'
import { findClientSecret, type ClientSecret } from './client-secret.ts'
import type { Connection } from './renew.ts'

export interface FullConnection extends Connection {
  clientSecret: ClientSecret | undefined
}

/**
 * Finds the server and how the client authenticates to it. `bound` is the stored session, which
 * stands in for what neither options nor profile say. `revalidate` asks for the metadata anew.
 */
export async function connect(
  context: Context,
  options: { bound?: Bound; revalidate?: boolean } = {},
): Promise<FullConnection> {
  const { settings, output, clock, fetch, documents } = context
  checkProfileCredentials(settings, context.profileName)
  const clientId = settings.values.client_id ?? options.bound?.clientId
  if (clientId === undefined) throw missing('client_id', '--client-id')
  const server = await findServer(context, options)
  const clientSecret = await findClientSecret(context)
  const authentication = chooseClientAuthentication(server, {
    clientSecret: clientSecret?.value,
    method: settings.values.token_endpoint_auth_method,
  })
  output.detail(`the client authenticates with ${authentication.method}`)
  return {
    client: {
      server,
      client: describeClient(clientId, clock),
      authentication,
      fetch,
      clock,
      signal: context.interruption.signal,
      note: output.detail,
    },
    idTokens: { fetch, clock, cache: documents, clientSecret: clientSecret?.value },
    clientSecret,
  }
}

async function findServer(
  context: Context,
  { bound, revalidate = false }: { bound?: Bound; revalidate?: boolean },
): Promise<Server> {
  const { settings, fetch, clock, documents, output } = context
  const byHand = describedByHand(settings.values)
  if (byHand) return byHand
  const issuer = settings.values.issuer ?? bound?.issuer
  if (issuer === undefined && bound?.tokenEndpoint !== undefined) {
    const metadata = { issuer: bound.tokenEndpoint, token_endpoint: bound.tokenEndpoint }
    return { metadata: { ...metadata, ...givenEndpoints(settings.values) }, issuer: undefined }
  }
  if (issuer === undefined) throw missing('issuer', '--issuer')
  const found = await discover({ fetch, clock, cache: documents }, issuer, { revalidate })
  if (found.kind === 'failed') throw found.error
  output.detail(`metadata of ${issuer} from ${found.url}`)
  return { metadata: { ...found.metadata, ...givenEndpoints(settings.values) }, issuer }
}

function missing(name: string, option: string): UsageError {
  return new UsageError(`no ${name} is given`, {
    code: `${name}_missing`,
    hint: `Give it with ${option}, with OAUTHCTL_${name.toUpperCase()}, or in a profile: oauthctl login NAME --issuer URL --client-id ID`,
  })
}
