import { fromJson } from '../config/setting-values.ts'
import type { Context } from '../context.ts'
import { OauthctlError, UsageError } from '../errors/families.ts'
import { checkSecureUrl } from '../transport/secure-url.ts'
import { shellWord } from '../text/shell-word.ts'
import { allowedHost, originOf } from './origins.ts'

/**
 * The address of a request, checked to be one that the token may be sent to: an https or loopback
 * origin of the token's resource or issuer, or one that `allow_host` or `--allow-host` names. In a
 * terminal the person is asked about another one, once, and it is remembered in the profile.
 * Throws a `UsageError` before a token is looked for.
 */
export async function findTarget(context: Context, address: string): Promise<URL> {
  const { values, profile } = context.settings
  const url = checkSecureUrl(address, values.allow_http ? () => {} : undefined)
  if (url.username !== '' || url.password !== '') {
    throw new UsageError('the address has a user name or a password in it', {
      code: 'url_invalid',
      hint: 'Leave them out: the token is what tells the server who asks',
    })
  }
  url.hash = ''
  // A server without an issuer is known by its token endpoint.
  const issuer = values.issuer ?? values.token_endpoint
  const rules = [
    ...[issuer, ...(values.resource ?? [])].flatMap(originOf),
    ...[...(values.allow_host ?? []), ...(profile.allow_host ?? [])].map(allowedHost),
  ]
  if (!rules.some((rule) => rule(url))) await ask(context, url.origin)
  return url
}

async function ask(context: Context, origin: string): Promise<void> {
  const refused = new UsageError(`the token is not meant for ${origin}`, {
    code: 'origin_not_allowed',
    hint: `If it is, say so: --allow-host ${shellWord(origin)}, or in the profile: oauthctl profile set ${context.profileName} allow_host=${shellWord(origin)}`,
  })
  const { prompter } = context
  if (!prompter.possible) throw refused
  const answer = await prompter.text(
    `The token of profile ${context.profileName} was never sent to ${origin}. Send it there, now and later? (y/N)`,
  )
  if (!/^\s*y(es)?\s*$/i.test(answer)) throw refused
  await remember(context, origin)
}

async function remember(context: Context, origin: string): Promise<void> {
  const { profiles, profileName, profileExists, output } = context
  if (!profileExists) return
  try {
    await profiles.update(profileName, (current) => {
      const known = fromJson('allow_host', current?.['allow_host'] ?? [], 'allow_host') as string[]
      return { profile: { ...current, allow_host: [...known, origin] } }
    })
    output.note(`Remembered in profile ${profileName}`)
  } catch (error) {
    if (!(error instanceof OauthctlError)) throw error
    output.warn(`it could not be remembered: ${error.message}`)
  }
}
