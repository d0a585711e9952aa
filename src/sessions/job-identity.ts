import type { Context } from '../context.ts'
import type { Server } from '../protocol/server.ts'

/**
 * The CI job's own identity token, when `--identity` names where it comes from, for the server as its
 * audience unless `--identity-audience` names another.
 */
export async function jobIdentity(context: Context, server: Server): Promise<string | undefined> {
  const { identity, identity_audience: audience } = context.settings.values
  if (identity === undefined) return undefined
  return context.fetchIdentity(identity, { audience: audience ?? server.metadata.issuer })
}
