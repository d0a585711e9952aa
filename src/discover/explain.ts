import type { AuthorizationServer } from 'oauth4webapi'

export interface Finding {
  /** Whether oauthctl is better or worse off for it. */
  tone: 'good' | 'bad' | 'plain'
  name: string
  text: string
}

export interface Section {
  title: string
  findings: Finding[]
}

type Metadata = AuthorizationServer & Record<string, unknown>

/** What a server's metadata (RFC 8414, OpenID Connect Discovery) means for a client, in sections. */
export function explain(server: AuthorizationServer): Section[] {
  const metadata = server as Metadata
  return [
    { title: 'Endpoints', findings: endpoints(metadata) },
    { title: 'What oauthctl can do here', findings: abilities(metadata) },
    { title: 'Scopes and algorithms', findings: lists(metadata) },
  ].filter(({ findings }) => findings.length > 0)
}

function endpoints(metadata: Metadata): Finding[] {
  return Object.keys(metadata)
    .filter((name) => name.endsWith('_endpoint') || name === 'jwks_uri')
    .map((name) => ({ tone: 'plain', name, text: String(metadata[name]) }))
}

function abilities(metadata: Metadata): Finding[] {
  const grants = metadata.grant_types_supported ?? ['authorization_code', 'implicit']
  const pkce = metadata.code_challenge_methods_supported
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  const scopes = metadata.scopes_supported
  const can = (name: string, possible: unknown, yes: string, no: string): Finding => ({
    tone: possible ? 'good' : 'bad',
    name,
    text: possible ? yes : no,
  })
  return [
    can(
      'browser login',
      metadata.authorization_endpoint && grants.includes('authorization_code'),
      'authorization code',
      'the server offers no authorization code grant',
    ),
    pkce
      ? can('PKCE', pkce.includes('S256'), 'S256', `only ${pkce.join(', ')}; a login is refused`)
      : { tone: 'bad', name: 'PKCE', text: 'not announced; S256 is sent all the same' },
    can(
      'refresh',
      !metadata.grant_types_supported || grants.includes('refresh_token'),
      scopes?.includes('offline_access') ? 'with the scope offline_access' : 'refresh tokens',
      'the server gives out no refresh tokens',
    ),
    can('ID tokens', scopes?.includes('openid'), 'with the scope openid', 'no scope openid'),
    can(
      'issuer in the redirect',
      metadata.authorization_response_iss_parameter_supported,
      'RFC 9207, checked',
      'not announced (RFC 9207)',
    ),
    can('logout', metadata.revocation_endpoint, 'revokes tokens', 'tokens cannot be revoked'),
    can(
      'logout in the browser',
      metadata['end_session_endpoint'],
      'oauthctl logout --end-session',
      'not offered',
    ),
    can(
      'public clients',
      methods.includes('none'),
      'without a secret',
      'a client secret is needed',
    ),
    { tone: 'plain', name: 'client authentication', text: methods.join(', ') },
  ]
}

function lists(metadata: Metadata): Finding[] {
  const names = [
    'scopes_supported',
    'grant_types_supported',
    'response_types_supported',
    'id_token_signing_alg_values_supported',
    'dpop_signing_alg_values_supported',
  ]
  return names.flatMap((name): Finding[] => {
    const value = metadata[name]
    if (!Array.isArray(value)) return []
    const label = name.replace(/_supported$/, '').replaceAll('_', ' ')
    return [{ tone: 'plain', name: label, text: value.join(', ') }]
  })
}
