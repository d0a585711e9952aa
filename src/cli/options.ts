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
    .option('--scope <scopes>', 'space-separated scopes')
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
    .option('--token-endpoint-auth-method <name>', 'how the client authenticates')
}

/** For servers without metadata, and to override what metadata says. */
export function endpointOptions(command: Command): Command {
  const endpoints = [
    'authorization-endpoint',
    'token-endpoint',
    'jwks-uri',
    'userinfo-endpoint',
    'revocation-endpoint',
    'introspection-endpoint',
    'device-authorization-endpoint',
    'end-session-endpoint',
  ]
  for (const name of endpoints) {
    command.option(`--${name} <url>`, `${name.replaceAll('-', ' ')} of the server`)
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
