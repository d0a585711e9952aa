import type { Person } from './people.ts'
import { apiClient, basicClient, postClient, publicClient } from './provider-clients.ts'
import type { ClientMetadata } from './provider-clients.ts'
import type { ProviderKeys } from './provider-keys.ts'
import { codePage, confirmCodePage, logoutPage, messagePage } from './provider-pages.ts'

export interface ConfigurationOptions {
  people: readonly Person[]
  keys: ProviderKeys
  /** Lifetime of access tokens in seconds. */
  accessTokenTtl: number
  /** Lifetime of refresh tokens in seconds. */
  refreshTokenTtl: number
  rotateRefreshTokens: boolean
  /** Every code exchange gives a refresh token, not only one with `offline_access`. */
  alwaysRefreshToken: boolean
  /** Lifetime of ID tokens in seconds. */
  idTokenTtl: number
  /** More clients, or others under the same `client_id`. */
  clients: readonly ClientMetadata[]
  /** Which resources exist (RFC 8707). */
  isResource: (resource: string) => boolean
  /** Laid over everything else, first level of `features` merged. */
  overrides: { features?: Record<string, unknown> } & Record<string, unknown>
}

interface PageContext {
  body: unknown
  type: string
  oidc: { client?: { clientId: string } }
}

interface ServedClient {
  grantTypeAllowed(type: string): boolean
}

const apiScopes = ['api:read', 'api:write']

const pages = {
  rpInitiatedLogout: {
    enabled: true,
    logoutSource(ctx: PageContext, form: string) {
      ctx.body = logoutPage(form)
    },
    postLogoutSuccessSource(ctx: PageContext) {
      ctx.body = messagePage('Signed out', 'Your session at the authorization server has ended.')
    },
  },
  deviceFlow: {
    enabled: true,
    userCodeInputSource(ctx: PageContext, form: string, _out: unknown, error?: Error) {
      ctx.body = codePage(form, error !== undefined)
    },
    userCodeConfirmSource(
      ctx: PageContext,
      form: string,
      client: { clientId: string },
      _device: unknown,
      code: string,
    ) {
      ctx.body = confirmCodePage(form, client.clientId, code)
    },
    successSource(ctx: PageContext) {
      ctx.body = messagePage('Signed in', 'Go back to your device.')
    },
  },
}

function account(person: Person) {
  return {
    accountId: person.sub,
    claims: async () => ({
      sub: person.sub,
      name: person.name,
      preferred_username: person.username,
      email: person.email,
      email_verified: true,
    }),
  }
}

function clients(more: readonly ClientMetadata[]): ClientMetadata[] {
  const byId = new Map<string, ClientMetadata>()
  for (const client of [publicClient, basicClient, postClient, apiClient, ...more])
    byId.set(client.client_id, client)
  return [...byId.values()]
}

/** The configuration of oidc-provider that the options describe. */
export function providerConfiguration(options: ConfigurationOptions): object {
  const { keys, accessTokenTtl } = options
  const { features, ...others } = options.overrides
  return {
    clients: clients(options.clients),
    jwks: {
      keys: [keys.rsa.privateJwk, keys.ec.privateJwk],
    },
    cookies: { keys: ['only-for-tests'] },
    scopes: ['openid', 'offline_access', ...apiScopes],
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username'],
      email: ['email', 'email_verified'],
    },
    // As most servers do: the claims stand in the ID token as well as at the UserInfo endpoint.
    conformIdTokenClaims: false,
    responseTypes: ['code'],
    pkce: { required: () => true },
    rotateRefreshToken: options.rotateRefreshTokens,
    ...(options.alwaysRefreshToken
      ? {
          issueRefreshToken: async (_ctx: unknown, client: ServedClient) =>
            client.grantTypeAllowed('refresh_token'),
        }
      : {}),
    ttl: {
      AccessToken: accessTokenTtl,
      ClientCredentials: accessTokenTtl,
      IdToken: options.idTokenTtl,
      RefreshToken: options.refreshTokenTtl,
      AuthorizationCode: 60,
      DeviceCode: 600,
      Grant: 14 * 86_400,
      Interaction: 3600,
      Session: 14 * 86_400,
    },
    interactions: {
      url: (_ctx: unknown, interaction: { uid: string }) => `/interaction/${interaction.uid}`,
    },
    findAccount: async (_ctx: unknown, sub: string) => {
      const person = options.people.find((one) => one.sub === sub)
      return person === undefined ? undefined : account(person)
    },
    clientBasedCORS: () => false,
    renderError(ctx: PageContext, out: { error: string; error_description?: string }) {
      ctx.type = 'html'
      ctx.body = messagePage(out.error, out.error_description ?? '')
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true },
      registration: { enabled: true },
      dPoP: { enabled: true },
      ...pages,
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo(_ctx: unknown, resource: string) {
          if (!options.isResource(resource)) throw new TypeError('unknown resource')
          return {
            scope: apiScopes.join(' '),
            audience: resource,
            accessTokenFormat: 'jwt',
            accessTokenTTL: accessTokenTtl,
            jwt: { sign: { alg: 'RS256' } },
          }
        },
      },
      ...features,
    },
    ...others,
  }
}
