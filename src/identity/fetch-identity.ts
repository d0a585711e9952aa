import { UsageError } from '../errors/families.ts'
import { chooseSource, type ChosenSource } from './choose-source.ts'
import { identityMalformed } from './errors.ts'
import type { IdentityDeps, IdentityWish } from './source.ts'

/**
 * The identity token of the job that this process runs in, from the source behind `--identity`, for
 * use as client assertion, assertion or subject token (RFC 7521, RFC 7523, RFC 8693). The redactor
 * has learned it when it comes back. Throws a `UsageError` (`identity_unknown`,
 * `identity_unavailable`, `identity_wrong_audience`), a `ServerError` (`identity_refused` with the
 * platform's own message, `identity_malformed`), and what the transport throws.
 */
export async function fetchIdentity(
  source: string,
  wish: IdentityWish,
  deps: IdentityDeps,
): Promise<string> {
  const chosen = chooseSource(source, deps.env)
  deps.detail(`the identity comes from ${chosen.source.title}, for "${wish.audience}"`)
  const token = (await chosen.source.fetch(chosen.argument, wish, deps)).trim()
  deps.learn(token)
  checkToken(token, chosen)
  return token
}

// A JWT consists of these characters too; anything else could break out of a form or a header.
function checkToken(token: string, { source, argument }: ChosenSource): void {
  if (/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) return
  const gave = token === '' ? 'gave nothing' : 'gave something that is no token'
  if (argument === undefined) throw identityMalformed(source.title, gave)
  throw new UsageError(`${source.title} ${gave}`, {
    code: 'identity_malformed',
    hint: `Correct what stands behind --identity ${source.name}: it has to give a token alone, such as a JWT`,
  })
}
