import { PROFILE } from '../errors/hints.ts'

/** What to do about a session that cannot be read. */
export const FORGET_SESSION = `forget it with: oauthctl logout ${PROFILE} --local; then log in again with: oauthctl login ${PROFILE}`

/** What to do about an entry that cannot be read, as the end of a hint. */
export function remedyFor(entry: string): string {
  const [, kind, name = ''] = /^(secret|key|cache|client):([A-Za-z0-9._-]+)/.exec(entry) ?? []
  switch (kind) {
    case 'secret':
      return `remove it with: oauthctl secret remove ${name}; then put it in again with: oauthctl secret set ${name}`
    case 'key':
      return `remove it with: oauthctl key remove ${name}; then make a new one with: oauthctl key generate ${name}`
    case 'cache':
      return 'remove the file: it only saves asking the server again'
    default:
      return FORGET_SESSION
  }
}
