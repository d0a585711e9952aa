import type { Context } from '../context.ts'
import { UsageError } from '../errors/families.ts'
import { PROFILE } from '../errors/hints.ts'
import { machineToken } from '../grants/machine-token.ts'
import type { PrintableToken } from '../output/token-formats.ts'
import { obtainToken, type TokenWish } from '../sessions/access-token.ts'
import { forceRefresh } from '../sessions/force-refresh.ts'
import { obtainIdToken } from '../sessions/id-token-choice.ts'
import type { SessionRecord } from '../sessions/record.ts'
import { existingSession, tokenWish } from '../sessions/wish.ts'
import { withLoginWhenNeeded } from './login-when-needed.ts'

/** How a token is to come, for every command that uses one. */
export interface ObtainOptions {
  idToken: boolean
  loginWhenNeeded: boolean
  noBrowser: boolean
  /** A grant without a person, by its `grant_type`; undefined for what the profile says. */
  grantType: string | undefined
  noCache: boolean
  /** Get a new one even when the stored one looks fresh. */
  renew?: boolean
}

/** The options of `tokenOptions` as they stand on the command line. */
export function obtainOptions({ options }: { options: Record<string, unknown> }): ObtainOptions {
  return {
    idToken: options['idToken'] === true,
    loginWhenNeeded: options['login'] === true,
    noBrowser: options['browser'] === false,
    grantType: grantOption(options),
    noCache: options['cache'] === false,
  }
}

/** A valid token: of the profile's session, or of the machine itself where a grant says so. */
export async function obtainForUse(
  context: Context,
  options: ObtainOptions,
): Promise<PrintableToken> {
  const grantType = chosenGrant(context, options)
  if (grantType !== undefined) {
    if (options.idToken) {
      throw new UsageError('a grant without a person brings no ID token', {
        code: 'option_invalid',
        hint: `Leave --id-token out, or log in: oauthctl login ${PROFILE}`,
      })
    }
    const { noCache, renew = false } = options
    return machineToken(context, grantType, { noCache, renew })
  }
  const keeper = existingSession(context, options.loginWhenNeeded)
  const wish = tokenWish(context, keeper)
  const obtain = async (): Promise<PrintableToken> => {
    if (options.idToken) return idToken(wish)
    if (options.renew) await forceRefresh(wish)
    return accessToken(wish)
  }
  return options.loginWhenNeeded ? withLoginWhenNeeded(context, keeper, obtain, options) : obtain()
}

/** The grant that option or profile name; undefined for the session of a login. */
export function chosenGrant(context: Context, options: ObtainOptions): string | undefined {
  const type = options.grantType ?? context.settings.values.grant_type
  return type === 'authorization_code' || type === 'refresh_token' ? undefined : type
}

function grantOption(options: Record<string, unknown>): string | undefined {
  const asked = Object.entries({
    clientCredentials: 'client_credentials',
    tokenExchange: 'urn:ietf:params:oauth:grant-type:token-exchange',
    jwtBearer: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
  }).filter(([name]) => options[name] === true)
  const [first] = asked
  if (asked.length > 1) {
    throw new UsageError('two grants are asked for at once', {
      code: 'option_invalid',
      hint: 'Name one of --client-credentials, --token-exchange and --jwt-bearer',
    })
  }
  return first?.[1]
}

async function accessToken(wish: TokenWish): Promise<PrintableToken> {
  const { record, token } = await obtainToken(wish)
  return {
    member: 'access_token',
    token: token.accessToken,
    tokenType: token.tokenType,
    expiresAt: token.expiresAt,
    scope: token.scope,
    resource: token.resource,
    audience: token.audience,
    ...owner(record),
  }
}

async function idToken(wish: TokenWish): Promise<PrintableToken> {
  const { record, idToken: text, lifetime } = await obtainIdToken(wish)
  return {
    member: 'id_token',
    token: text,
    tokenType: 'Bearer',
    expiresAt: lifetime.expiresAt,
    scope: record.scope,
    ...owner(record),
  }
}

function owner(record: SessionRecord): Pick<PrintableToken, 'issuer' | 'clientId' | 'profile'> {
  return { issuer: record.issuer, clientId: record.clientId, profile: record.profile }
}
