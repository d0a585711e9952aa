import type { Context } from '../context.ts'
import { UsageError } from '../errors/families.ts'
import { chooseClientAuthentication } from '../protocol/client-authentication.ts'
import { discover } from '../protocol/discovery.ts'
import { describeClient } from '../protocol/protocol-client.ts'
import { randomText } from '../ports/random.ts'
import { describedByHand, withGivenEndpoints, type Server } from '../protocol/server.ts'
import type { Settings } from '../config/settings.ts'
import { checkProfileCredentials, checkSessionBinding, type Bound } from './binding.ts'
import { findCredentials, type FoundCredentials } from './client-credentials.ts'
import type { FoundSecret } from './client-secret.ts'
import { insecureEndpoints } from './insecure-endpoints.ts'
import { jobIdentity } from './job-identity.ts'
import { loginCommand } from './open-session.ts'
import type { Connection } from './renew.ts'

export interface FullConnection extends Connection {
  clientSecret: FoundSecret | undefined
}

export interface ConnectOptions {
  bound?: Bound
  revalidate?: boolean
  /** Credentials that were looked up already. */
  credentials?: FoundCredentials
  /** True when the grant itself presents the job's identity, so that the client does not. */
  identityIsGranted?: boolean
}

/**
 * Finds the server and how the client authenticates to it. `bound` is the stored session, which
 * stands in for what neither options nor profile say. `revalidate` asks for the metadata anew.
 */
export async function connect(
  context: Context,
  options: ConnectOptions = {},
): Promise<FullConnection> {
  const { settings, output, clock, fetch, documents } = context
  checkProfileCredentials(settings, context.profileName)
  const clientId = settings.values.client_id ?? options.bound?.clientId
  if (clientId === undefined) throw missing('client_id', '--client-id')
  const server = await findServer(context, options)
  const credentials = options.credentials ?? (await findCredentials(context))
  const { clientSecret, clientKey } = credentials
  const identity = options.identityIsGranted ? undefined : await jobIdentity(context, server)
  const authentication = chooseClientAuthentication(
    server,
    {
      clientSecret: clientSecret?.value,
      clientKey,
      clientAssertion: credentials.clientAssertion ?? identity,
      certificate: credentials.certificate,
      method: settings.values.token_endpoint_auth_method,
    },
    {
      now: () => clock.now(),
      randomId: () => randomText(context.random, 16),
      learn: context.redactor.learn,
    },
  )
  output.detail(`the client authenticates with ${authentication.method}`)
  return {
    client: {
      server,
      client: describeClient(clientId, clock, credentials.certificate),
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

/**
 * The server alone, for what needs no client authentication. Refuses to take a stored session
 * (`bound`) anywhere but to its own server, so that nobody who sends a part of it can forget to ask.
 */
export async function findServer(
  context: Context,
  { bound, revalidate = false }: Pick<ConnectOptions, 'bound' | 'revalidate'>,
): Promise<Server> {
  const { settings, fetch, clock, documents, output } = context
  if (bound) checkSessionBinding(bound, settings, loginCommand(context))
  const known = withSession(settings.values, bound)
  const byHand = describedByHand(known)
  if (byHand) return byHand
  const { issuer } = known
  if (issuer === undefined) throw missing('issuer', '--issuer')
  const found = await discover({ fetch, clock, cache: documents }, issuer, { revalidate })
  if (found.kind === 'failed') throw found.error
  output.detail(`metadata of ${issuer} from ${found.url}`)
  return {
    metadata: withGivenEndpoints(found.metadata, known),
    issuer,
    insecure: insecureEndpoints(found.metadata, known),
  }
}

/** What the session was made with, under what options, variables and the profile say. */
function withSession(values: Settings, bound: Bound | undefined): Settings {
  if (!bound) return values
  const { issuer, tokenEndpoint, endpoints } = bound
  return {
    ...(issuer === undefined ? {} : { issuer }),
    ...(issuer === undefined && tokenEndpoint ? { token_endpoint: tokenEndpoint } : {}),
    ...endpoints,
    ...values,
  }
}

function missing(name: string, option: string): UsageError {
  return new UsageError(`no ${name} is given`, {
    code: `${name}_missing`,
    hint: `Give it with ${option}, with OAUTHCTL_${name.toUpperCase()}, or in a profile: oauthctl login NAME --issuer URL --client-id ID`,
  })
}
