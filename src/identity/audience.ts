import { UsageError } from '../errors/families.ts'
import type { IdentityDeps, IdentityWish } from './source.ts'

/**
 * Whom a JWT is for (RFC 7519 section 4.1.3), read without verification: it only decides whether
 * this token is the one to send. Undefined when the text is no JWT.
 */
function audiencesOf(token: string): string[] | undefined {
  const [, payload, signature] = token.trim().split('.')
  if (payload === undefined || signature === undefined) return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    if (typeof claims !== 'object' || claims === null) return undefined
    const { aud } = claims as { aud?: unknown }
    return [aud].flat().filter((one): one is string => typeof one === 'string')
  } catch {
    return undefined
  }
}

/** True when the token names this audience, compared character by character. */
export function isFor(token: string, { audience }: IdentityWish): boolean {
  return audiencesOf(token)?.includes(audience) ?? false
}

interface ReadyToken {
  /** Where it was: 'the token in GITLAB_OIDC_TOKEN'. */
  what: string
  /** True when the user named the place, false for a platform's customary one. */
  named: boolean
  hint: string
}

/**
 * Judges a ready token by its audience. One that was only found, not named, is refused when it is
 * for somebody else: it may be the key to a cloud account or a cluster, and the receiver could use
 * it there. One that the user named is sent, with a word for `--verbose`, because the server decides.
 * Throws a `UsageError` `identity_wrong_audience`.
 */
export function checkAudience(
  token: string,
  wish: IdentityWish,
  { what, named, hint }: ReadyToken,
  { detail }: Pick<IdentityDeps, 'detail'>,
): void {
  if (isFor(token, wish)) return
  const audiences = audiencesOf(token)
  const whom = audiences?.length ? audiences.map((one) => `"${one}"`).join(', ') : 'nobody by name'
  const message = `${what} is for ${whom}, not for "${wish.audience}"`
  if (!named) {
    throw new UsageError(message, {
      code: 'identity_wrong_audience',
      hint: `${hint}; where the server expects another audience: --identity-audience NAME`,
    })
  }
  if (audiences) detail(message)
}
