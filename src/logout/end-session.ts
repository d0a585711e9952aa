import type { Context } from '../context.ts'
import { UsageError } from '../errors/families.ts'
import { PROFILE } from '../errors/hints.ts'
import { planBrowser } from '../login/browser-plan.ts'
import { startPageServer } from '../loopback/one-time-page.ts'
import { renderPostForm } from '../loopback/post-form.ts'
import { requireEndpoint } from '../protocol/server.ts'
import { findServer } from '../sessions/connect.ts'
import type { SessionRecord } from '../sessions/record.ts'
import { checkSecureUrl } from '../transport/secure-url.ts'

const TIMEOUT = 300

/**
 * Ends the browser's session at the server (OpenID Connect RP-Initiated Logout 1.0). The browser gets
 * a one-time loopback address whose page posts the `id_token_hint`, so that the ID token stands in
 * no argv, address bar or history.
 */
export async function endBrowserSession(
  context: Context,
  record: SessionRecord,
  noBrowser: boolean,
): Promise<void> {
  const { output, clock, interruption } = context
  const plan = planBrowser(context, noBrowser)
  if (record.idToken === undefined) {
    throw new UsageError('the session has no ID token to end the browser session with', {
      code: 'no_id_token',
      hint: `Run: oauthctl logout ${PROFILE}; then log out on the web page of the server`,
    })
  }
  const server = await findServer(context, { bound: record })
  const action = requireEndpoint(server, 'end_session_endpoint')
  const warn = (url: URL): void =>
    output.warn(`the logout page at ${url.host} is not encrypted (--allow-http)`)
  checkSecureUrl(action, context.settings.values.allow_http ? warn : undefined)
  const page = renderPostForm({
    action,
    fields: { id_token_hint: record.idToken, client_id: record.clientId },
  })
  const seconds = context.settings.values.login_timeout ?? TIMEOUT
  const pageServer = await startPageServer({
    page,
    signal: interruption.signal,
    random: context.random,
    platform: context.platform,
  })
  const done = new AbortController()
  try {
    output.note('Opening the browser to log out there. If it does not open, use this address:\n')
    output.authorizationUrl(pageServer.url)
    if (plan.open) {
      const opened = await context.browser(plan.commands).open(pageServer.url)
      if (opened.kind === 'failed') {
        output.warn(`the browser could not be opened (${opened.reason}); open the address yourself`)
      }
    }
    const limit = clock.sleep(seconds * 1000, AbortSignal.any([done.signal, interruption.signal]))
    const outcome = await Promise.race([
      pageServer.served.then(() => 'served' as const),
      limit.then(() => 'late' as const),
    ])
    if (outcome === 'late') {
      output.warn('nobody opened the address; the browser may still be logged in at the server')
    }
  } finally {
    done.abort()
    await pageServer.close()
  }
}
