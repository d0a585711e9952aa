import { ENDPOINT_NAMES } from '../config/settings.ts'
import { loginLimitMs } from '../config/waits.ts'
import type { Context } from '../context.ts'
import { parseRedirectUri } from '../loopback/redirect-target.ts'
import { exchangeCode } from '../protocol/authorization-code.ts'
import { authorizationUrl } from '../protocol/authorization-url.ts'
import { checkIssuer } from '../protocol/issuer.ts'
import { checkPkceSupport, makeLoginSecrets } from '../protocol/pkce.ts'
import { describedByHand, requireEndpoint, type Server } from '../protocol/server.ts'
import { connect, type FullConnection } from '../sessions/connect.ts'
import type { Keeper } from '../sessions/keeper.ts'
import { openSession } from '../sessions/open-session.ts'
import type { SessionRecord } from '../sessions/record.ts'
import { missingScopes } from '../sessions/selector.ts'
import { offeringFileStore } from '../stores/file-store-offer.ts'
import { checkSecureUrl } from '../transport/secure-url.ts'
import { loginAgain } from './again.ts'
import { planBrowser, type BrowserPlan } from './browser-plan.ts'
import { failurePage, successPage } from './pages.ts'
import { canPaste, receiveRedirect, type Arrival, type RedirectReceiver } from './redirect.ts'
import { checkSameAccount, newRecord, saveProfile, saveSession } from './save.ts'
import {
  askForMissing,
  checkSameServer,
  defaultScope,
  loginTimedOut,
  whyNotRefreshable,
} from './settings.ts'

export interface LoginOptions {
  noBrowser: boolean
  /** Write the profile afterwards. */
  save: boolean
  switchAccount: boolean
}

export interface LoginResult {
  record: SessionRecord
  scopeRefused: string[]
  /** Undefined when the session can be refreshed. */
  notRefreshableBecause: string | undefined
  keeper: Keeper
}

/**
 * The whole login: authorization code with PKCE through the browser (RFC 8252). Everything that can
 * fail without the person is tried before the browser opens; nothing is stored before everything was
 * checked; the browser's page comes last and tells the outcome.
 */
export async function login(context: Context, options: LoginOptions): Promise<LoginResult> {
  const plan = planBrowser(context, options.noBrowser)
  await askForMissing(context)
  checkGivenAddresses(context)
  const target = parseRedirectUri(context.settings.values.redirect_uri)
  const keeper = openSession(context)
  const summary = keeper.summary()
  checkSameServer(context, summary)
  const stored = await offeringFileStore({ env: context.env, kind: keeper.storeKind }, async () => {
    const found = await keeper.load()
    await context.openStore(keeper.storeKind).probe()
    return found
  })
  // The index knows of a session in another store, too.
  const existing = stored ?? summary
  const connection = await connect(context, { revalidate: true })
  const { server } = connection.client
  const byHand = describedByHand(context.settings.values) !== undefined
  const requested = context.settings.values.scope ?? defaultScope(server, byHand)
  await checkEndpoints(context, server)
  checkPkceSupport(server, context.output.detail)

  const secrets = await makeLoginSecrets(context.random)
  for (const one of [secrets.verifier, secrets.state, secrets.nonce]) context.redactor.learn(one)
  const limit = startLimit(context)
  let receiver: RedirectReceiver | undefined
  let arrival: Arrival | undefined
  try {
    receiver = await receiveRedirect(context, target, {
      state: secrets.state,
      noBrowser: options.noBrowser,
      signal: limit.signal,
    })
    const settings = { ...context.settings.values, ...(requested ? { scope: requested } : {}) }
    const url = authorizationUrl(server, settings, secrets, receiver.redirectUri)
    const opened = await announce(context, url, plan, receiver.arrived)
    arrival = await receiver.wait({ paste: !opened })
    context.redactor.learn(arrival.parameters.get('code') ?? undefined)
    context.output.detail('the redirect arrived; exchanging its code')
    const grant = await exchangeCode(connection.client, {
      parameters: arrival.parameters,
      redirectUri: receiver.redirectUri,
      secrets,
      scope: requested,
      resource: settings.resource,
      audience: settings.audience,
      maxAge: settings.max_age,
      idTokens: connection.idTokens,
      warn: context.output.warn,
    })
    const record = newRecord(context, server, grant, requested)
    if (!options.switchAccount) checkSameAccount(context, existing, record)
    const saved = await saveSession(context, keeper, record)
    if (options.save) await saveProfileOrWarn(context, connection)
    await arrival.answer(successPage(saved))
    return {
      record: saved,
      scopeRefused: missingScopes(requested, saved.scope),
      notRefreshableBecause: saved.refreshToken ? undefined : whyNotRefreshable(requested, server),
      keeper,
    }
  } catch (error) {
    await arrival?.answer(failurePage(context, error))
    throw error
  } finally {
    limit.end()
    await receiver?.close()
  }
}

/** What options and variables say is told as wrong before the store is asked anything. */
function checkGivenAddresses({ settings: { values } }: Context): void {
  if (values.issuer !== undefined) checkIssuer(values.issuer)
  for (const name of ENDPOINT_NAMES) {
    const value = values[name]
    if (name === 'issuer' || typeof value !== 'string') continue
    checkSecureUrl(value, values.allow_http ? () => {} : undefined)
  }
}

/**
 * A person or a browser follows the first address, the code goes to the second: neither may be one
 * that a request of our own would be refused for.
 */
async function checkEndpoints(context: Context, server: Server): Promise<void> {
  const { settings, output } = context
  const allowed = settings.values.allow_http
  const warn = (url: URL): void =>
    output.warn(`the login page at ${url.host} is not encrypted (--allow-http)`)
  checkSecureUrl(requireEndpoint(server, 'authorization_endpoint'), allowed ? warn : undefined)
  await context.checkRequest(requireEndpoint(server, 'token_endpoint'))
}

/** Opens the browser, or says why not; the address stands on stderr in every case. */
async function announce(
  context: Context,
  url: string,
  plan: BrowserPlan,
  arrived: Promise<unknown>,
): Promise<boolean> {
  const { output } = context
  const host = new URL(url).host
  const byHand = canPaste(context)
    ? 'After the login, if the browser cannot reach this machine, paste the address that it ends on here.'
    : undefined
  const waiting = (): void => {
    if (byHand) output.note(`\n${byHand}`)
    output.note(`${byHand ? '' : '\n'}Waiting for the login (Ctrl-C ends it) …`)
  }
  if (!plan.open) {
    output.note('Open this address in a browser to log in:\n')
    output.authorizationUrl(url)
    waiting()
    return false
  }
  output.note(`Opening the browser to log in at ${host}. If it does not open, use this address:\n`)
  output.authorizationUrl(url)
  // A browser counts as opened only after a moment; who is logged in already need not wait for it.
  const enough = new AbortController()
  const opened = await Promise.race([
    context.browser(plan.commands).open(url, enough.signal),
    arrived.then(() => ({ kind: 'opened' as const })),
  ]).finally(() => enough.abort())
  if (opened.kind === 'failed') {
    output.warn(`the browser could not be opened (${opened.reason}); open the address yourself`)
    waiting()
    return false
  }
  output.note('\nWaiting for the login in the browser (Ctrl-C ends it) …')
  return true
}

async function saveProfileOrWarn(context: Context, connection: FullConnection): Promise<void> {
  try {
    await saveProfile(context, connection.clientSecret)
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown reason'
    context.output.warn(`you are logged in, but the profile could not be written: ${why}`)
  }
}

interface Limit {
  signal: AbortSignal
  end(): void
}

/** Ends the wait after `--login-timeout`, or with the process. */
function startLimit(context: Context): Limit {
  const limitMs = loginLimitMs(context.settings.values)
  const over = new AbortController()
  const done = new AbortController()
  context.clock.sleep(limitMs, done.signal).then(
    () => over.abort(loginTimedOut(limitMs / 1000, loginAgain(context))),
    () => {},
  )
  return {
    signal: AbortSignal.any([context.interruption.signal, over.signal]),
    end: () => done.abort(),
  }
}
