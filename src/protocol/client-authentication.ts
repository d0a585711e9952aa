import * as oauth from 'oauth4webapi'
import { UsageError } from '../errors/families.ts'
import type { Server } from './server.ts'

/** What the user gave for proving who the client is; the secret itself, already looked up. */
export interface ClientCredentials {
  clientSecret?: string | undefined
  /** `token_endpoint_auth_method`: forces a method. */
  method?: string | undefined
}

interface Method {
  fits(credentials: ClientCredentials): boolean
  make(credentials: ClientCredentials): oauth.ClientAuth
}

// In the order of preference among those that the server offers (RFC 8414: without a list, Basic).
const METHODS: Record<string, Method> = {
  client_secret_basic: {
    fits: ({ clientSecret }) => clientSecret !== undefined,
    make: ({ clientSecret }) => oauth.ClientSecretBasic(clientSecret ?? ''),
  },
  client_secret_post: {
    fits: ({ clientSecret }) => clientSecret !== undefined,
    make: ({ clientSecret }) => oauth.ClientSecretPost(clientSecret ?? ''),
  },
  none: {
    fits: ({ clientSecret }) => clientSecret === undefined,
    make: () => oauth.None(),
  },
}

export interface ChosenAuthentication {
  method: string
  authenticate: oauth.ClientAuth
}

/**
 * How the client authenticates: the forced method, else the first one that fits what the user gave
 * and that the server offers. Throws a `UsageError` with what the server offers.
 */
export function chooseClientAuthentication(
  server: Server,
  credentials: ClientCredentials,
): ChosenAuthentication {
  const offered = server.metadata.token_endpoint_auth_methods_supported
  const name = credentials.method ?? preferred(credentials, offered)
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined
  if (!method) {
    throw new UsageError(`the client authentication method "${name}" is not known`, {
      code: 'auth_method_unknown',
      hint: `Use one of: ${Object.keys(METHODS).join(', ')}${offered ? ` (the server offers: ${offered.join(', ')})` : ''}`,
    })
  }
  if (!method.fits(credentials)) {
    throw new UsageError(
      name === 'none'
        ? 'the method "none" goes without a client secret'
        : `the method "${name}" needs a client secret`,
      {
        code: 'client_secret_missing',
        hint: 'Name the secret: --client-secret env:NAME, or set OAUTHCTL_CLIENT_SECRET',
      },
    )
  }
  return { method: name, authenticate: method.make(credentials) }
}

function preferred(credentials: ClientCredentials, offered: string[] | undefined): string {
  const fitting = Object.keys(METHODS).filter((name) => METHODS[name]?.fits(credentials))
  const first = fitting.find((name) => offered?.includes(name)) ?? fitting[0]
  if (first === undefined) throw new Error('some method fits every set of credentials')
  return first
}
