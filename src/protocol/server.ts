import type { AuthorizationServer } from 'oauth4webapi'
import { ServerError, UsageError } from '../errors/families.ts'
import { ENDPOINT_NAMES, optionName, type Settings } from '../config/settings.ts'

/** An authorization server as this run knows it. */
export interface Server {
  /** What oauth4webapi works with. Its `issuer` is the token endpoint where no issuer is known. */
  metadata: AuthorizationServer
  /** The issuer identifier, compared character by character; undefined for servers that have none. */
  issuer: string | undefined
  /** Endpoints that the server itself names and that nothing may be sent to, because they are not https. */
  insecure?: Readonly<Record<string, string>>
}

/** The endpoints that the user or the profile gives; they win over the server's metadata. */
export function givenEndpoints(settings: Settings): Partial<AuthorizationServer> {
  const given: Record<string, string> = {}
  for (const name of ENDPOINT_NAMES) {
    const value = settings[name]
    if (name !== 'issuer' && typeof value === 'string') given[name] = value
  }
  return given
}

/** The server's metadata with the given endpoints, whose aliases for mutual TLS do not count then. */
export function withGivenEndpoints(
  metadata: AuthorizationServer,
  settings: Settings,
): AuthorizationServer {
  const given = givenEndpoints(settings)
  const aliases = Object.entries(metadata.mtls_endpoint_aliases ?? {}).filter(
    ([name]) => !(name in given),
  )
  return {
    ...metadata,
    ...given,
    ...(metadata.mtls_endpoint_aliases
      ? { mtls_endpoint_aliases: Object.fromEntries(aliases) }
      : {}),
  }
}

/**
 * Settings that make discovery needless: a token endpoint says that the server is described by
 * hand, with or without an issuer to check ID tokens against.
 */
export function describedByHand(settings: Settings): Server | undefined {
  if (!settings.token_endpoint) return undefined
  return {
    metadata: { issuer: settings.issuer ?? settings.token_endpoint, ...givenEndpoints(settings) },
    issuer: settings.issuer,
  }
}

/**
 * The endpoint's address. Throws a `UsageError` that names the option which gives it, or a
 * `ServerError` `insecure_endpoint` for one of the server's own that is not https.
 */
export function requireEndpoint(
  server: Server,
  name: Exclude<(typeof ENDPOINT_NAMES)[number], 'issuer'>,
): string {
  const value = (server.metadata as unknown as Record<string, unknown>)[name]
  const insecure = server.insecure?.[name]
  if (insecure !== undefined) {
    throw new ServerError(
      `the server's metadata names ${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name} that is not https: ${insecure}`,
      {
        code: 'insecure_endpoint',
        hint: `Tell the operator of the server; ${optionName(name)} URL names another one`,
      },
    )
  }
  if (typeof value === 'string') return value
  throw new UsageError(`the server ${server.metadata.issuer} names no ${name}`, {
    code: 'endpoint_missing',
    hint: `If it has one, name it with ${optionName(name)} URL`,
  })
}
