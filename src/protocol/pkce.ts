import * as oauth from 'oauth4webapi'
import { ServerError } from '../errors/families.ts'
import { randomText, type Random } from '../ports/random.ts'
import { shellWord } from '../text/shell-word.ts'
import type { Server } from './server.ts'

/** The secrets of one authorization request: RFC 7636, RFC 6749 section 10.12, OpenID Connect nonce. */
export interface LoginSecrets {
  verifier: string
  challenge: string
  state: string
  nonce: string
}

export async function makeLoginSecrets(random: Random): Promise<LoginSecrets> {
  const verifier = randomText(random)
  return {
    verifier,
    challenge: await oauth.calculatePKCECodeChallenge(verifier),
    state: randomText(random),
    nonce: randomText(random),
  }
}

/**
 * Refuses a server that says it supports PKCE but not S256 (RFC 9700 section 2.1.1); one that says
 * nothing may still check the challenge, and is only noted.
 */
export function checkPkceSupport(server: Server, note: (text: string) => void): void {
  const methods = server.metadata.code_challenge_methods_supported
  if (!methods) {
    note('the server does not say whether it checks PKCE; S256 is sent all the same')
    return
  }
  if (!methods.includes('S256')) {
    throw new ServerError(
      `the server offers PKCE only with ${methods.join(', ') || 'no method'}, not with S256`,
      {
        code: 'pkce_s256_unsupported',
        hint: `Ask the operator of the server to enable S256 (RFC 7636); see: oauthctl discover ${shellWord(server.metadata.issuer)}`,
      },
    )
  }
}
