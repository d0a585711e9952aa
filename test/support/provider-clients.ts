const redirectUris = [
  'http://127.0.0.1/callback',
  'http://localhost/callback',
  'http://[::1]/callback',
]

/** Client metadata as registered (RFC 7591 section 2). */
export type ClientMetadata = { client_id: string } & Record<string, unknown>

const native = {
  application_type: 'native',
  redirect_uris: redirectUris,
  post_logout_redirect_uris: redirectUris,
  response_types: ['code'],
}

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

/** A public client, as a command-line tool is one: no secret, PKCE, any loopback port. */
export const publicClient = {
  ...native,
  client_id: 'oauthctl-demo',
  client_name: 'oauthctl demo',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token', deviceGrant],
}

const confidentialGrants = ['authorization_code', 'refresh_token', 'client_credentials']

/** Its secret has the characters that HTTP Basic needs encoded (RFC 6749 section 2.3.1). */
export const basicClient = {
  ...native,
  client_id: 'demo-secret',
  client_secret: 'basic+secret/with%odd:characters&and=more',
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: confidentialGrants,
}

export const postClient = {
  ...native,
  client_id: 'demo-post',
  client_secret: 'post-secret-0123456789-0123456789',
  token_endpoint_auth_method: 'client_secret_post',
  grant_types: confidentialGrants,
}

/** The protected API's own client, which may only introspect. */
export const apiClient = {
  client_id: 'demo-api',
  client_secret: 'api-secret-0123456789-0123456789',
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: [],
  redirect_uris: [],
  response_types: [],
}
