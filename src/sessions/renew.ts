import { LoginRequiredError, MachineFault, RefusedError, StoreError } from '../errors/families.ts'
import type { ProtocolClient } from '../protocol/protocol-client.ts'
import type { Interruption } from '../ports/interruption.ts'
import { checkAuthorizedParty, verifyIdToken, type IdTokenDeps } from '../protocol/id-token.ts'
import { isOpenId } from '../protocol/authorization-url.ts'
import {
  presentRefreshToken,
  readRefreshAnswer,
  type RefreshAnswer,
  type RefreshOutcome,
} from '../protocol/refresh-token.ts'
import { whyDropped } from '../protocol/unasked-id-token.ts'
import { MAX_PRESENTATIONS } from '../stores/refresh-journal.ts'
import { wasNotSent } from '../transport/failures.ts'
import type { Keeper } from './keeper.ts'
import { applyGrant, loginResource, withRefreshToken } from './merge.ts'
import type { SessionRecord, StoredToken } from './record.ts'
import { checkSameIdentity } from './refreshed-identity.ts'
import { missingScopes, type TokenSelector } from './selector.ts'

/** What a renewal talks to; made only when a request is really needed. */
export interface Connection {
  client: ProtocolClient
  idTokens: IdTokenDeps
}

export interface Renewal {
  keeper: Keeper
  record: SessionRecord
  selector: TokenSelector
  /** What another process may have stored meanwhile, if it is good enough to need no request. */
  findFresh?: (record: SessionRecord) => Renewed | undefined
  connect: () => Promise<Connection>
  shield: Interruption['shield']
  /** The command to type for a new login. */
  loginCommand: string
}

export interface Renewed {
  record: SessionRecord
  token: StoredToken
}

/**
 * Uses the refresh token once and stores what came of it, under the session's lock, which the caller
 * holds. The journal is written before the token is sent, so that a full disk is found before
 * anything is spent, and so that a killed process leaves a trace. From the answer on, a signal waits.
 */
export async function renew(renewal: Renewal): Promise<Renewed> {
  const { keeper, record } = renewal
  const refreshToken = usableRefreshToken(renewal)
  const connection = await renewal.connect()
  keeper.journal.begin(keeper.id, refreshToken)
  let answer: RefreshAnswer
  try {
    const wish = { refreshToken, ...requested(record, renewal.selector) }
    answer = await presentRefreshToken(connection.client, wish)
  } catch (error) {
    if (wasNotSent(error)) keeper.journal.withdraw(keeper.id)
    throw error
  }
  return renewal.shield(() => takeOver(renewal, connection, refreshToken, answer))
}

async function takeOver(
  renewal: Renewal,
  { client, idTokens }: Connection,
  refreshToken: string,
  answer: RefreshAnswer,
): Promise<Renewed> {
  const { record } = renewal
  const idTokenAsked = asksForIdToken(record, client)
  const outcome = await readRefreshAnswer(client, answer, { idTokenAsked })
  switch (outcome.kind) {
    case 'unknown':
      throw outcome.error
    case 'refused':
      return refused(renewal, refreshToken, outcome.error)
    case 'unacceptable':
      await store(renewal, withRefreshToken(record, outcome.refreshToken))
      throw outcome.error
    default:
      return granted(renewal, { client, idTokens }, outcome, idTokenAsked)
  }
}

/** The rule of the login: who asked for `openid`, of a server whose issuer is known, insists on it. */
function asksForIdToken(record: SessionRecord, { server }: ProtocolClient): boolean {
  return server.issuer !== undefined && isOpenId(record.requestedScope ?? record.scope)
}

async function granted(
  renewal: Renewal,
  connection: Connection,
  outcome: RefreshOutcome & { kind: 'granted' },
  idTokenAsked: boolean,
): Promise<Renewed> {
  let { answer } = outcome
  let { record } = renewal
  if (answer.idToken !== undefined) {
    // Verifying may need the network: the successor of the refresh token is safe before that.
    record = await store(renewal, withRefreshToken(record, answer.refreshToken))
    const dropped = await verified(connection, outcome).catch((error: unknown) => {
      if (idTokenAsked) throw error
      return whyDropped(error)
    })
    if (dropped === undefined) {
      checkSameIdentity(record, outcome.claims)
    } else {
      connection.client.note(`the ID token that the server sent unasked was dropped: ${dropped}`)
      answer = { ...answer, idToken: undefined }
    }
  }
  const { scope } = renewal.selector
  const { merged, token } = applyGrant(record, answer, renewal.selector)
  const missing = missingScopes(scope, token.scope)
  if (missing.length > 0) {
    // Kept, it would be given out the next time as if it were what is asked for.
    await store(renewal, withRefreshToken(record, answer.refreshToken))
    throw new RefusedError(`the server did not grant: ${missing.join(' ')}`, {
      code: 'scope_not_granted',
      hint: `Log in with that scope: ${renewal.loginCommand} --scope "${scope ?? ''}"`,
    })
  }
  const saved = await store(renewal, merged)
  return { record: saved, token }
}

async function verified(
  { client, idTokens }: Connection,
  { answer, claims }: RefreshOutcome & { kind: 'granted' },
): Promise<undefined> {
  checkAuthorizedParty(claims, client.client.client_id)
  await verifyIdToken(idTokens, client.server, answer.idToken ?? '')
}

function usableRefreshToken({ keeper, record, loginCommand }: Renewal): string {
  const hint = `Log in again: ${loginCommand}`
  if (record.ended !== undefined) {
    throw new LoginRequiredError(`the server has ended the session (${record.ended})`, {
      code: 'session_ended',
      hint,
    })
  }
  const { refreshToken } = record
  if (refreshToken === undefined) {
    throw new LoginRequiredError('the session has no refresh token and cannot be renewed', {
      code: 'no_refresh_token',
      hint: `${hint} (for a refresh token, ask for the scope offline_access where the server knows it)`,
    })
  }
  if (keeper.journal.attempts(keeper.id, refreshToken) >= MAX_PRESENTATIONS) {
    throw new LoginRequiredError(
      'the refresh token was sent twice without a clear answer and will not be sent again',
      { code: 'refresh_outcome_unknown', hint },
    )
  }
  return refreshToken
}

/**
 * Only `invalid_grant` ends a session, and only after reading the store again: where a lock was not
 * honoured, another process may have stored a newer refresh token meanwhile.
 */
async function refused(renewal: Renewal, sent: string, error: unknown): Promise<Renewed> {
  const { keeper, loginCommand } = renewal
  const isGrant = error instanceof RefusedError && error.code === 'invalid_grant'
  if (!isGrant) {
    keeper.journal.withdraw(keeper.id)
    throw error
  }
  const current = await keeper.load()
  const already = current && renewal.findFresh?.(current)
  if (already) return already
  if (current?.refreshToken !== undefined && current.refreshToken !== sent) {
    return renew({ ...renewal, record: current })
  }
  if (current) {
    const { refreshToken: _, ...rest } = current
    await store(renewal, { ...rest, ended: 'invalid_grant' })
  }
  throw new LoginRequiredError(error.message.replace('the refresh', 'the refresh token'), {
    code: 'refresh_token_refused',
    hint: `Log in again: ${loginCommand}`,
    ...(error.oauth ? { oauth: error.oauth } : {}),
    cause: error,
  })
}

async function store(renewal: Renewal, record: SessionRecord): Promise<SessionRecord> {
  const { keeper } = renewal
  try {
    const saved = await keeper.save(record)
    keeper.journal.settle(keeper.id)
    return saved
  } catch (cause) {
    throw lost(renewal, cause)
  }
}

/** The server has moved on and the store has not: the consequence is what the user must know. */
function lost({ loginCommand }: Renewal, cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause
  const details = {
    code: 'save_failed',
    hint: `Mend the store, then log in again: ${loginCommand}`,
    cause,
  }
  const message = `the new tokens could not be stored (${cause.message}); the server has given out a new refresh token, and may no longer accept the stored one`
  return cause instanceof MachineFault
    ? new MachineFault(message, details)
    : new StoreError(message, details)
}

function requested(
  record: SessionRecord,
  { scope, resource, audience }: TokenSelector,
): { scope: string | undefined; resource: string[] | undefined; audience: string | undefined } {
  // A server need not give a token for the login's resource when none is named (RFC 8707 section 2.2).
  const own = audience === undefined ? loginResource(record) : undefined
  return { scope, resource: resource ?? own, audience }
}
