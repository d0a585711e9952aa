import type { IncomingMessage, ServerResponse } from 'node:http'
import { visible } from '../text/visible.ts'
import { bindLoopback } from './bind.ts'
import { readForm } from './form-body.ts'
import { createHeldResponses } from './held-responses.ts'
import { renderPage, type Page } from './page.ts'
import type { LoopbackTarget } from './redirect-target.ts'
import { strayRequest, type Stray } from './request-checks.ts'
import { hasState, repeatedName, responseParameters } from './response-parameters.ts'
import { plainText, respond } from './respond.ts'

/** The authorization response, with the browser still waiting for its page. */
export interface CallbackArrival {
  parameters: URLSearchParams
  /** Shows the outcome. Resolves when it was sent or the browser is gone; the first call counts. Never throws. */
  answer(page: Page): Promise<void>
}

export interface Listener {
  /** The exact `redirect_uri` to send. */
  redirectUri: string
  /** Settles once: with the response, or with the reason of the aborted signal. Stays pending after `close`. */
  response: Promise<CallbackArrival>
  /** Frees the port, whatever connections are open. Idempotent; never throws. */
  close(): Promise<void>
}

export interface ListenerOptions {
  target: LoopbackTarget
  state: string
  responseMode: 'query' | 'form_post'
  signal: AbortSignal
  platform: NodeJS.Platform
  /** Told about every request that was not the redirect; the text has no secret and no control character in it. */
  onStray?: (what: string) => void
}

const ENDED: Page = {
  kind: 'failure',
  title: 'The login was ended',
  message: 'It was ended in the terminal before it was complete.',
}

/**
 * Listens for one redirect (RFC 8252 section 7.3). Bound when it resolves, so open the browser after
 * it. Nothing of a request is believed before its `state` is ours, an `error` least of all.
 * Throws as `bindLoopback` does, and the reason of a signal that was aborted before.
 */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const { target, state, signal, platform, onStray } = options
  signal.throwIfAborted()
  const method = options.responseMode === 'form_post' ? 'POST' : 'GET'
  const held = createHeldResponses()
  let port = target.port
  let arrive: (arrival: CallbackArrival) => void = () => undefined
  let fail: (reason: unknown) => void = () => undefined
  const response = new Promise<CallbackArrival>((resolve, reject) => {
    arrive = resolve
    fail = reject
  })
  // Whoever ended the login otherwise (a pasted address) does not look at this promise any more.
  response.catch(() => undefined)

  async function receive(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const unexpected = strayRequest(request, { host: target.host, port, path: target.path, method })
    if (unexpected !== undefined) return turnAway(reply, unexpected)
    const text = method === 'GET' ? queryOf(request) : await readForm(request)
    if (typeof text !== 'string' && text.kind === 'refused') {
      return turnAway(reply, { what: text.why, answer: plainText(text.status, text.why) })
    }
    const parameters = responseParameters(typeof text === 'string' ? text : text.text, target.query)
    const why = unbelievable(parameters)
    if (why !== undefined) {
      return turnAway(reply, { what: visible(why), answer: renderPage({ kind: 'stray' }) })
    }
    // A reload or a second tab waits for the same page; the promise takes the first arrival only.
    held.hold(reply)
    arrive({ parameters, answer: (page) => held.answer(page) })
  }

  function unbelievable(parameters: URLSearchParams): string | undefined {
    if (!hasState(parameters, state)) return 'a redirect whose state is not of this login'
    const repeated = repeatedName(parameters)
    return repeated && `a redirect that repeats the parameter ${repeated}`
  }

  async function turnAway(reply: ServerResponse, { what, answer }: Stray): Promise<void> {
    onStray?.(what)
    await respond(reply, answer)
  }

  const bound = await bindLoopback({
    host: target.host,
    port: target.port,
    platform,
    handler: (request, reply) => void receive(request, reply),
  })
  port = bound.port
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => {
    signal.removeEventListener('abort', abort)
    closed ??= held.answer(ENDED).then(() => bound.close())
    return closed
  }
  const abort = (): void => {
    fail(signal.reason)
    void close()
  }
  signal.addEventListener('abort', abort)
  if (signal.aborted) {
    await close()
    signal.throwIfAborted()
  }
  return { redirectUri: target.uriOn(port), response, close }
}

function queryOf(request: IncomingMessage): string {
  const { url = '' } = request
  const at = url.indexOf('?')
  return at === -1 ? '' : url.slice(at + 1)
}
