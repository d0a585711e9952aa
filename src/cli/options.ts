import type { Command } from 'commander'

const collect = (value: string, list: string[] | undefined): string[] => [...(list ?? []), value]

/** The options that name the server and the client. */
export function serverOptions(command: Command): Command {
  return command
    .option('--issuer <url>', 'issuer of the authorization server')
    .option('--client-id <id>', 'client id')
}

/** The options that choose a token. */
export function selectorOptions(command: Command): Command {
  return command
    .option(
      '--scope <scopes>',
      'space-separated scopes (a login asks for openid profile offline_access)',
    )
    .option('--resource <uri>', 'resource the token is for (RFC 8707); repeatable', collect)
    .option('--audience <name>', 'audience the token is for')
}

/** How the client proves who it is. */
export function clientAuthenticationOptions(command: Command): Command {
  return command
    .option(
      '--client-secret <ref>',
      'where the client secret is: env:NAME, file:PATH, keychain:NAME, cmd:COMMAND, - or prompt',
    )
    .option(
      '--client-key <ref>',
      'where the private key for private_key_jwt is (PEM, JWK or JWK set)',
    )
    .option('--client-key-id <kid>', 'key id of that key')
    .option('--client-key-passphrase <ref>', 'where the passphrase of that key is')
    .option('--cert <file>', 'client certificate for mutual TLS (PEM)')
    .option('--cert-key <ref>', 'where the private key of that certificate is')
    .option('--client-assertion <ref>', 'where a ready client assertion (JWT) is')
    .option(
      '--identity <source>',
      "the CI job's own identity token: auto, github-actions, gitlab, kubernetes, file:PATH, …",
    )
    .option('--identity-audience <name>', 'the audience of that token (default: the issuer)')
    .option('--token-endpoint-auth-method <name>', 'how the client authenticates')
}

/** The options that choose how a token comes, wherever one is used. */
export function tokenOptions(command: Command): Command {
  command
    .option('--min-ttl <seconds>', 'how long the token must still live (default 60)')
    .option('--id-token', 'use the ID token instead')
    .option('--login', 'log in when needed, in a terminal only')
    .option('--client-credentials', "get the client's own token (client credentials grant)")
    .option('--no-cache', 'ask the server even when a cached token is good')
  selectorOptions(command)
  serverOptions(command)
  clientAuthenticationOptions(command)
  browserOptions(command)
  return endpointOptions(command)
}

/** For servers without metadata, and to override what metadata says. */
export function endpointOptions(command: Command): Command {
  const endpoints = {
    'authorization-endpoint': 'where the browser is sent to',
    'token-endpoint': 'where tokens are asked for',
    'jwks-uri': "where the server's keys are, for checking ID tokens",
    'userinfo-endpoint': 'where the user is described',
    'revocation-endpoint': 'where tokens are revoked',
    'introspection-endpoint': 'where tokens are examined',
    'device-authorization-endpoint': 'where the device grant begins',
    'end-session-endpoint': "where the browser's session is ended",
  }
  for (const [name, what] of Object.entries(endpoints)) {
    command.option(`--${name} <url>`, `${what} (for servers without metadata)`)
  }
  return command
}

/** How a login opens its page. */
export function browserOptions(command: Command): Command {
  return command
    .option('--browser <command>', 'browser to open (%s or the last argument is the URL)')
    .option('--no-browser', 'print the address only; the redirected address can be pasted')
    .option('--login-timeout <seconds>', 'how long to wait for the login (default 300)')
}

/** What a login asks of the server. */
export function loginRequestOptions(command: Command): Command {
  return command
    .option('--redirect-uri <uri>', 'redirect (default http://127.0.0.1/callback, any free port)')
    .option('--prompt <values>', 'what the server shall ask: login, consent, select_account, none')
    .option('--login-hint <name>', 'the account to log in with')
    .option('--acr-values <values>', 'how strong the authentication shall be')
    .option('--max-age <seconds>', 'how old the login at the server may be')
    .option(
      '--authorization-param <name=value>',
      'another parameter of the authorization request; repeatable',
      collect,
    )
}

/** Accepted by every command, before and behind its name. */
export function globalOptions(program: Command): Command {
  return program
    .option('-p, --profile <name>', 'profile to use')
    .option('--json', 'one JSON document on stdout, JSON lines on stderr')
    .option(
      '-v, --verbose',
      'show each HTTP exchange, secrets redacted; twice: bodies too',
      (_: string, count: number) => count + 1,
      0,
    )
    .option('-q, --quiet', 'no progress and no hints')
    .option('--no-input', 'never ask anything')
    .option('--no-color', 'no colours')
    .option('--timeout <seconds>', 'limit of one HTTP request (default 30)')
    .option('--config <file>', 'profile file')
    .option('--store <kind>', 'where sessions are kept: keychain, file or none')
    .option('--ca <file>', 'trust the certificates in this PEM file too')
    .option('--proxy <url>', 'HTTP proxy')
    .option('--allow-http', 'allow plain http to other machines (dangerous)')
}
