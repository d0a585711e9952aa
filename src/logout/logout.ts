import type { Context } from '../context.ts'
import { InterruptedError, OauthctlError } from '../errors/families.ts'
import { revokeToken, type Revoked } from '../protocol/revocation.ts'
import { isForeignServer } from '../sessions/binding.ts'
import { connect } from '../sessions/connect.ts'
import type { Keeper } from '../sessions/keeper.ts'
import type { SessionRecord } from '../sessions/record.ts'
import { gotNoAnswer } from '../transport/failures.ts'

/** What became of a session; it is gone in every case but `none`. */
export type LoggedOut =
  { kind: 'none' } | { kind: 'forgotten'; server: ServerSide; record: SessionRecord | undefined }

/** What became of its tokens at the server. */
export type ServerSide =
  | { kind: 'revoked' }
  /** `--local`. */
  | { kind: 'not_asked' }
  | { kind: 'unsupported' }
  | { kind: 'failed'; error: unknown }

/**
 * Revokes the refresh token and the access tokens (RFC 7009) where the server can, then forgets the
 * session, whatever the server said. Under the lock, so that no refresh brings the session back.
 * `known` is the session as it was read before; it is read again only if it may have changed since.
 */
export async function logout(
  context: Context,
  keeper: Keeper,
  options: { local: boolean; known?: SessionRecord | undefined },
): Promise<LoggedOut> {
  const release = await keeper.lock()
  try {
    const found = await readForLogout(keeper, options)
    if (found.kind === 'none') {
      await keeper.forget()
      return found
    }
    const { record } = found
    const server = await serverSide(context, record, options)
    await keeper.forget()
    return { kind: 'forgotten', server, record }
  } finally {
    release()
  }
}

/** With `--local`, a session that cannot be read can still be forgotten. */
async function readForLogout(
  keeper: Keeper,
  { local, known }: { local: boolean; known?: SessionRecord | undefined },
): Promise<{ kind: 'none' } | { kind: 'some'; record: SessionRecord | undefined }> {
  try {
    const record = await keeper.load(known)
    return record ? { kind: 'some', record } : { kind: 'none' }
  } catch (error) {
    const unreadable =
      error instanceof OauthctlError &&
      ['store_damaged', 'store_wrong_key', 'store_newer_version'].includes(error.code)
    if (!local || !unreadable) throw error
    return { kind: 'some', record: undefined }
  }
}

async function serverSide(
  context: Context,
  record: SessionRecord | undefined,
  { local }: { local: boolean },
): Promise<ServerSide> {
  if (local || !record) return { kind: 'not_asked' }
  try {
    return await revokeAll(context, record)
  } catch (error) {
    if (error instanceof InterruptedError || context.interruption.signal.aborted) throw error
    // Another server was named than the one to log out at: that says nothing about the session.
    if (isForeignServer(error)) throw error
    return { kind: 'failed', error }
  }
}

// The refresh token first: most servers end its access tokens with it.
async function revokeAll(context: Context, record: SessionRecord): Promise<ServerSide> {
  const { client } = await connect(context, { bound: record })
  if (!client.server.metadata.revocation_endpoint) return { kind: 'unsupported' }
  const tokens: [string, 'refresh_token' | 'access_token'][] = [
    ...(record.refreshToken
      ? [[record.refreshToken, 'refresh_token'] as [string, 'refresh_token']]
      : []),
    ...record.tokens.map(({ accessToken }): [string, 'access_token'] => [
      accessToken,
      'access_token',
    ]),
  ]
  const results: Revoked[] = []
  for (const [token, hint] of tokens) {
    const result = await revokeToken(client, token, hint)
    results.push(result)
    if (result.kind === 'failed' && gotNoAnswer(result.error)) return result
  }
  const failed = results.find((one) => one.kind === 'failed' && !isUnsupportedType(one.error))
  // Without the refresh token, which brings new access tokens, nothing much is revoked.
  const isRevoked = results[0] === undefined || results[0].kind === 'revoked'
  return failed ?? { kind: isRevoked ? 'revoked' : 'unsupported' }
}

// A server may revoke refresh tokens only (RFC 7009 section 2.2.1); the access token then expires.
function isUnsupportedType(error: unknown): boolean {
  return error instanceof OauthctlError && error.code === 'unsupported_token_type'
}
