import type { Context } from '../context.ts'
import type { Server } from '../protocol/server.ts'

/** A grant by which a machine gets a token without a person. */
export interface MachineGrant {
  /** Its `grant_type` (RFC 6749 section 4.5). */
  type: string
  /** The option of `oauthctl token` that asks for it. */
  option: string
  /**
   * True when its token may be kept until near its expiry: what it was got with can be used again.
   * A subject token or an assertion stands for a moment and a person, so its result is not kept.
   */
  cached: boolean
  /** True when `--identity` is what the grant exchanges, and not what the client authenticates with. */
  takesIdentity: boolean
  /** The parameters of the request beside scope, resource and audience. */
  parameters(context: Context, server: Server): Promise<URLSearchParams>
}
