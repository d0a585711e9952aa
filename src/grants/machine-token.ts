import { storedName } from '../config/paths.ts'
import type { Context } from '../context.ts'
import { UsageError } from '../errors/families.ts'
import type { PrintableToken } from '../output/token-formats.ts'
import { checkProfileCredentials } from '../sessions/binding.ts'
import { findCredentials, type FoundCredentials } from '../sessions/client-credentials.ts'
import { storedToken } from '../sessions/merge.ts'
import { isFresh } from '../sessions/freshness.ts'
import { openKeeper } from '../sessions/open-session.ts'
import type { SessionRecord, StoredToken } from '../sessions/record.ts'
import { missingScopes } from '../sessions/selector.ts'
import { cacheName, credentialMark, tokenShape } from './cache-key.ts'
import { cachedToken } from './cached-token.ts'
import type { MachineGrant } from './machine-grant.ts'
import { machineGrant } from './registry.ts'
import { tokenParams } from './token-params.ts'

export interface MachineOptions {
  noCache: boolean
  /** Ask the server even when the cached token looks fresh. */
  renew: boolean
}

/**
 * A token by a grant without a person: from the cache while it is fresh where the grant may be
 * cached, else from the server.
 */
export async function machineToken(
  context: Context,
  grantType: string,
  options: MachineOptions,
): Promise<PrintableToken> {
  const grant = machineGrant(grantType)
  const { settings, output, clock } = context
  checkProfileCredentials(settings, context.profileName)
  requireClient(context)
  const credentials = await withSecret(context, grant, await findCredentials(context))
  const params = await tokenParams(context)
  const request = (): Promise<Requested> => ask(context, grant, credentials, params)
  // What the job is today says nothing about the job of tomorrow that shares this machine.
  const isOfJob = settings.values.identity !== undefined
  if (!grant.cached || isOfJob || options.noCache) return printable(context, await request())
  const shape = tokenShape(context, grantType)
  const token = await cachedToken({
    open: () => openKeeper(context, storedName(cacheName(shape), context.paths)),
    mark: `${shape}\n${credentialMark([...credentials.marks, ...params.flat()])}`,
    now: () => clock.now(),
    minTtl: settings.values.min_ttl,
    renew: options.renew,
    request,
    note: output.detail,
  })
  return printable(context, { token, issuedTokenType: undefined })
}

interface Requested {
  record: SessionRecord
  token: StoredToken
  issuedTokenType: string | undefined
}

async function ask(
  context: Context,
  grant: MachineGrant,
  credentials: FoundCredentials,
  params: [string, string][],
): Promise<Requested> {
  const { values } = context.settings
  const { connect, requestGrant } = await context.online()
  const identityIsGranted = grant.takesIdentity
  const { client } = await connect(context, { credentials, identityIsGranted })
  const parameters = await grant.parameters(context, client.server)
  for (const [name, value] of params) parameters.set(name, value)
  if (values.scope) parameters.set('scope', values.scope)
  for (const resource of values.resource ?? []) parameters.append('resource', resource)
  if (values.audience) parameters.set('audience', values.audience)
  const answer = await requestGrant(client, grant.type, parameters)
  const token = storedToken(answer, values, values.scope ?? '')
  const missing = missingScopes(values.scope, token.scope)
  if (missing.length > 0) context.output.warn(`the server did not grant: ${missing.join(' ')}`)
  const { server } = client
  const record: SessionRecord = {
    revision: '',
    profile: context.profileName,
    clientId: values.client_id ?? '',
    scope: token.scope,
    tokens: [token],
    ...(server.issuer === undefined ? {} : { issuer: server.issuer }),
    ...(server.metadata.token_endpoint ? { tokenEndpoint: server.metadata.token_endpoint } : {}),
  }
  return { record, token, issuedTokenType: answer.issuedTokenType }
}

function printable(
  context: Context,
  { token, issuedTokenType }: Pick<Requested, 'token' | 'issuedTokenType'>,
): PrintableToken {
  const { values } = context.settings
  if (!isFresh(token, context.clock.now(), values.min_ttl)) {
    context.output.warn('the server gives out tokens that live shorter than --min-ttl asks for')
  }
  return {
    member: 'access_token',
    token: token.accessToken,
    tokenType: token.tokenType,
    expiresAt: token.expiresAt,
    scope: token.scope,
    issuer: values.issuer,
    clientId: values.client_id ?? '',
    profile: context.profileExists ? context.profileName : undefined,
    resource: token.resource,
    audience: token.audience,
    issuedTokenType,
  }
}

/** Names what is missing before anything is asked of anybody. */
function requireClient({ settings }: Context): void {
  const { values } = settings
  const missing = (name: string, how: string): UsageError =>
    new UsageError(`no ${name} is given`, { code: `${name}_missing`, hint: how })
  if (values.client_id === undefined) {
    throw missing('client_id', 'Give it with --client-id ID or OAUTHCTL_CLIENT_ID')
  }
  if (values.issuer === undefined && values.token_endpoint === undefined) {
    throw missing(
      'issuer',
      'Give it with --issuer URL or OAUTHCTL_ISSUER (or --token-endpoint, OAUTHCTL_TOKEN_ENDPOINT)',
    )
  }
}

/** Only a confidential client may use the client credentials grant (RFC 6749 section 4.4). */
async function withSecret(
  context: Context,
  grant: MachineGrant,
  credentials: FoundCredentials,
): Promise<FoundCredentials> {
  const { values } = context.settings
  const given =
    credentials.clientSecret ??
    credentials.clientKey ??
    credentials.clientAssertion ??
    values.identity ??
    values.cert
  const needsOne = grant.type === 'client_credentials'
  if (!needsOne || given !== undefined || values.token_endpoint_auth_method === 'none') {
    return credentials
  }
  if (!context.prompter.possible) {
    throw new UsageError('no client secret is given', {
      code: 'client_secret_missing',
      hint: 'Set OAUTHCTL_CLIENT_SECRET, or name it: --client-secret env:NAME (or --client-key, --cert, --identity)',
    })
  }
  const value = await context.prompter.secret('Client secret:')
  context.redactor.learn(value)
  return {
    ...credentials,
    clientSecret: { value, reference: undefined },
    marks: [...credentials.marks, value],
  }
}
