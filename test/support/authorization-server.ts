import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import { decodeJwt } from 'jose'
import { startFront, withJson, type Front, type FrontTls, type HookOptions } from './http-front.ts'
import { close, listen } from './listen.ts'
import { people, type Person } from './people.ts'
import { apiClient, basicClient, postClient, publicClient } from './provider-clients.ts'
import type { ClientMetadata } from './provider-clients.ts'
import { providerConfiguration, type ConfigurationOptions } from './provider-configuration.ts'
import { createInteraction } from './provider-interaction.ts'
import { providerKeys, signJwt, type ProviderKeys, type SigningAlgorithm } from './provider-keys.ts'
import { loadProvider } from './quiet-provider.ts'

type Json = Record<string, unknown>
type AlterJson = (json: Json) => Json | Promise<Json>

export interface AuthorizationServerOptions extends Partial<
  Omit<ConfigurationOptions, 'keys' | 'people'>
> {
  people?: readonly Person[]
  /** A line under the login form, such as the password of the demo user. */
  loginNote?: string
  /** Scopes that the person never grants. */
  withhold?: readonly string[]
  /** Serves https with this certificate, and asks for client certificates if told so. */
  tls?: FrontTls
}

export interface AuthorizationServer extends Omit<Front, 'port'> {
  /** `http://127.0.0.1:PORT`, also the base of every endpoint. */
  issuer: string
  /** The same as `issuer`. */
  url: string
  provider: Provider
  keys: ProviderKeys
  clients: {
    public: typeof publicClient
    basic: typeof basicClient
    post: typeof postClient
    api: typeof apiClient
  }
  /** The requests to one path, or all to `/token` with one `grant_type`. */
  requestsTo(path: string, grantType?: string): Front['requests']
  /** Changes what the token endpoint answers with success. */
  alterTokenResponse(change: AlterJson, options?: HookOptions): () => void
  /** Changes the claims of the ID token and signs it again with the server's own key. */
  alterIdToken(change: (claims: Json) => Json, options?: HookOptions): () => void
  /** Changes the metadata of both well-known addresses. */
  alterMetadata(change: AlterJson, options?: HookOptions): () => void
  /** Changes the JWK Set. */
  alterJwks(change: (jwks: { keys: Json[] }) => Json, options?: HookOptions): () => void
  /** Signs any claims with the server's key for the algorithm (RS256). */
  signIdToken(claims: Json, alg?: SigningAlgorithm): Promise<string>
}

function loopbackApi(resource: string): boolean {
  if (!URL.canParse(resource)) return false
  const url = new URL(resource)
  return url.hostname === '127.0.0.1' && url.pathname.startsWith('/api')
}

function configuration(
  options: AuthorizationServerOptions,
  keys: ProviderKeys,
  invalidTarget: () => Error,
): object {
  const isResource = options.isResource ?? loopbackApi
  return providerConfiguration({
    people: options.people ?? people,
    keys,
    accessTokenTtl: options.accessTokenTtl ?? 3600,
    refreshTokenTtl: options.refreshTokenTtl ?? 14 * 86_400,
    idTokenTtl: options.idTokenTtl ?? 3600,
    rotateRefreshTokens: options.rotateRefreshTokens ?? true,
    alwaysRefreshToken: options.alwaysRefreshToken ?? false,
    clients: options.clients ?? ([] as ClientMetadata[]),
    isResource(resource) {
      if (!isResource(resource)) throw invalidTarget()
      return true
    },
    overrides: options.overrides ?? {},
  })
}

/** One request, either to the pages of a person or to the protocol's endpoints. */
function createHandler(provider: Provider, options: AuthorizationServerOptions) {
  const interaction = createInteraction(provider, {
    people: options.people ?? people,
    note: options.loginNote,
    withhold: options.withhold ?? [],
  })
  const protocol = provider.callback()
  return (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith('/interaction/') !== true) return protocol(request, response)
    return void interaction(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(400, { 'content-type': 'text/plain' })
      response.end(error instanceof Error ? error.message : 'failed')
    })
  }
}

function createAlterations(front: Front, keys: ProviderKeys) {
  function alterJson(match: string | RegExp, change: AlterJson, options?: HookOptions) {
    return front.alter(
      match,
      async (original) =>
        original.status === 200
          ? withJson(original, await change(JSON.parse(original.body) as Json))
          : undefined,
      options,
    )
  }
  function signIdToken(claims: Json, alg: SigningAlgorithm = 'RS256'): Promise<string> {
    return signJwt(claims, alg === 'ES256' ? keys.ec : keys.rsa, { alg })
  }
  return {
    signIdToken,
    alterTokenResponse: (change: AlterJson, options?: HookOptions) =>
      alterJson('/token', change, options),
    alterIdToken: (change: (claims: Json) => Json, options?: HookOptions) =>
      alterJson(
        '/token',
        async (json) =>
          typeof json['id_token'] === 'string'
            ? { ...json, id_token: await signIdToken(change(decodeJwt(json['id_token']))) }
            : json,
        options,
      ),
    alterMetadata: (change: AlterJson, options?: HookOptions) =>
      alterJson(
        /^\/\.well-known\/(?:openid-configuration|oauth-authorization-server)/,
        change,
        options,
      ),
    alterJwks: (change: (jwks: { keys: Json[] }) => Json, options?: HookOptions) =>
      alterJson('/jwks', (json) => change(json as { keys: Json[] }), options),
  }
}

/**
 * A real authorization server (the certified npm oidc-provider) on a free loopback port, with a
 * layer in front that records requests and injects faults. Everything it stores lives in memory:
 * `pause` and `resume` keep it, another server starts empty.
 */
export async function startAuthorizationServer(
  options: AuthorizationServerOptions = {},
): Promise<AuthorizationServer> {
  const [{ Provider, errors }, keys] = await Promise.all([loadProvider(), providerKeys()])
  let innerPort = 0
  const front = await startFront(
    () => innerPort,
    options.tls === undefined ? {} : { tls: options.tls },
  )
  const issuer = `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${front.port}`
  const provider = new Provider(
    issuer,
    configuration(options, keys, () => new errors.InvalidTarget()),
  )
  // The front tells the scheme that the client used.
  provider.proxy = true
  const inner = createServer(createHandler(provider, options))
  innerPort = await listen(inner)

  const { port: _port, ...hooks } = front
  return {
    ...hooks,
    ...createAlterations(front, keys),
    issuer,
    url: issuer,
    provider,
    keys,
    clients: { public: publicClient, basic: basicClient, post: postClient, api: apiClient },
    requestsTo: (path, grantType) =>
      front.requests.filter(
        (request) =>
          request.path === path &&
          (grantType === undefined || request.params.get('grant_type') === grantType),
      ),
    async stop() {
      await front.stop()
      await close(inner)
    },
  }
}
