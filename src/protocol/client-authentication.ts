import * as oauth from 'oauth4webapi'
import { UsageError } from '../errors/families.ts'
import type { ClientKey } from '../keys/load-private-key.ts'
import { readyAssertion, signedAssertion, type AssertionInputs } from './client-assertion.ts'
import type { Server } from './server.ts'

/** What the user gave for proving who the client is; every secret already looked up. */
export interface ClientCredentials {
  clientSecret?: string | undefined
  clientKey?: ClientKey | undefined
  /** A ready JWT (`--client-assertion`, `--identity`). */
  clientAssertion?: string | undefined
  /** A certificate is presented in TLS (`--cert`). */
  certificate?: boolean
  /** `token_endpoint_auth_method`: forces a method. */
  method?: string | undefined
}

/** What a signed assertion needs beside the key. */
export type AssertionTools = Pick<AssertionInputs, 'now' | 'randomId' | 'learn'>

interface Method {
  fits(credentials: ClientCredentials): boolean
  /** What has to be given for the method, when it does not fit. */
  needs: string
  make(credentials: ClientCredentials, server: Server, tools: AssertionTools): oauth.ClientAuth
}

const withSecret: Pick<Method, 'fits' | 'needs'> = {
  fits: ({ clientSecret }) => clientSecret !== undefined,
  needs: 'a client secret: --client-secret env:NAME, or OAUTHCTL_CLIENT_SECRET',
}

const withCertificate: Method = {
  fits: ({ certificate }) => certificate === true,
  needs: 'a certificate and its key: --cert FILE --cert-key file:PATH',
  make: () => oauth.TlsClientAuth(),
}

// In the order of preference among those that the server offers.
const METHODS: Record<string, Method> = {
  private_key_jwt: {
    fits: ({ clientKey, clientAssertion }) =>
      clientKey !== undefined || clientAssertion !== undefined,
    needs: 'a private key or an assertion: --client-key file:PATH, or --client-assertion REF',
    make({ clientKey, clientAssertion }, server, tools) {
      if (clientAssertion !== undefined) return readyAssertion(clientAssertion)
      if (clientKey === undefined) throw new Error('the method fits only with one of them')
      return signedAssertion({ ...tools, server, key: clientKey })
    },
  },
  tls_client_auth: withCertificate,
  self_signed_tls_client_auth: withCertificate,
  client_secret_basic: {
    ...withSecret,
    make: ({ clientSecret }) => oauth.ClientSecretBasic(clientSecret ?? ''),
  },
  client_secret_post: {
    ...withSecret,
    make: ({ clientSecret }) => oauth.ClientSecretPost(clientSecret ?? ''),
  },
  client_secret_jwt: {
    ...withSecret,
    make: ({ clientSecret }) => oauth.ClientSecretJwt(clientSecret ?? ''),
  },
  none: {
    fits: (credentials) => !hasCredentials(credentials),
    needs: 'no client credentials at all',
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
  tools: AssertionTools,
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
    throw new UsageError(`the client authentication method "${name}" does not fit what is given`, {
      code: 'client_credentials_missing',
      hint: `It needs ${method.needs}${offered ? ` (the server offers: ${offered.join(', ')})` : ''}`,
    })
  }
  return { method: name, authenticate: method.make(credentials, server, tools) }
}

function preferred(credentials: ClientCredentials, offered: string[] | undefined): string {
  const fitting = Object.keys(METHODS).filter((name) => METHODS[name]?.fits(credentials))
  const [first] = fitting
  if (first === undefined) throw new Error('some method fits every set of credentials')
  // Without a list, Basic is what a server takes (RFC 8414 section 2); few of those that take public
  // clients list "none".
  if (offered === undefined || first === 'none') return first
  const found = fitting.find((name) => offered.includes(name))
  if (found !== undefined) return found
  throw new UsageError(`the server does not take what the client authenticates with`, {
    code: 'auth_method_unsupported',
    hint: `The server offers: ${offered.join(', ')}; to insist: --token-endpoint-auth-method ${first}`,
  })
}

function hasCredentials(credentials: ClientCredentials): boolean {
  const { clientSecret, clientKey, clientAssertion, certificate } = credentials
  return (
    clientSecret !== undefined ||
    clientKey !== undefined ||
    clientAssertion !== undefined ||
    certificate === true
  )
}
