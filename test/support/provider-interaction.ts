import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import type { InteractionDetails } from 'oidc-provider'
import { readBody } from './http-exchange.ts'
import type { Person } from './people.ts'
import { consentPage, loginPage } from './provider-pages.ts'

export interface InteractionOptions {
  people: readonly Person[]
  /** A line under the login form. */
  note?: string | undefined
  /** Scopes that the person at the consent page never grants. */
  withhold?: readonly string[]
}

function sendHtml(response: ServerResponse, html: string): void {
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
  })
  response.end(html)
}

function askedFor(details: InteractionDetails['prompt']['details']): string[] {
  const perResource = Object.entries(details.missingResourceScopes ?? {}).flatMap(
    ([resource, scopes]) => scopes.map((scope) => `${scope} at ${resource}`),
  )
  return [...(details.missingOIDCScope ?? []), ...perResource]
}

/** The login and consent pages of an authorization server, as plain HTML forms without scripts. */
export function createInteraction(provider: Provider, options: InteractionOptions) {
  const withheld = new Set(options.withhold)

  /** What is granted, and what is not: the server asks again for a scope that is neither. */
  function split(scopes: readonly string[]): [string, string] {
    return [
      scopes.filter((scope) => !withheld.has(scope)).join(' '),
      scopes.filter((scope) => withheld.has(scope)).join(' '),
    ]
  }

  async function saveGrant(details: InteractionDetails): Promise<string> {
    const known =
      details.grantId === undefined ? undefined : await provider.Grant.find(details.grantId)
    const grant =
      known ??
      new provider.Grant({
        accountId: details.session?.accountId,
        clientId: details.params.client_id,
      })
    const asked = details.prompt.details
    const [scopes, refused] = split(asked.missingOIDCScope ?? [])
    if (scopes !== '') grant.addOIDCScope(scopes)
    if (refused !== '') grant.rejectOIDCScope(refused)
    if (asked.missingOIDCClaims !== undefined) grant.addOIDCClaims(asked.missingOIDCClaims)
    for (const [resource, list] of Object.entries(asked.missingResourceScopes ?? {})) {
      const [given, kept] = split(list)
      if (given !== '') grant.addResourceScope(resource, given)
      if (kept !== '') grant.rejectResourceScope(resource, kept)
    }
    return grant.save()
  }

  async function submitLogin(
    request: IncomingMessage,
    response: ServerResponse,
    details: InteractionDetails,
    form: URLSearchParams,
  ): Promise<void> {
    const username = form.get('username') ?? ''
    const person = options.people.find((one) => one.username === username)
    if (person === undefined || person.password !== form.get('password')) {
      const action = `/interaction/${details.uid}/login`
      const hint = { username, failed: true, note: options.note }
      sendHtml(response, loginPage(action, details.params.client_id, hint))
      return
    }
    await provider.interactionFinished(
      request,
      response,
      { login: { accountId: person.sub, amr: ['pwd'] } },
      { mergeWithLastSubmission: false },
    )
  }

  async function submitConsent(
    request: IncomingMessage,
    response: ServerResponse,
    details: InteractionDetails,
    form: URLSearchParams,
  ): Promise<void> {
    const result =
      form.get('decision') === 'allow'
        ? { consent: { grantId: await saveGrant(details) } }
        : { error: 'access_denied', error_description: 'The person denied the request' }
    await provider.interactionFinished(request, response, result, {
      mergeWithLastSubmission: true,
    })
  }

  /** Answers requests below `/interaction/`. */
  return async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const details = await provider.interactionDetails(request, response)
    if (request.method === 'POST') {
      const form = new URLSearchParams((await readBody(request)).toString('utf8'))
      if (details.prompt.name === 'login') return submitLogin(request, response, details, form)
      return submitConsent(request, response, details, form)
    }
    const action = `/interaction/${details.uid}/${details.prompt.name}`
    const client = details.params.client_id
    const html =
      details.prompt.name === 'login'
        ? loginPage(action, client, { username: details.params['login_hint'], note: options.note })
        : consentPage(action, client, askedFor(details.prompt.details))
    sendHtml(response, html)
  }
}
