import type { Context } from '../context.ts'
import { UsageError } from '../errors/families.ts'
import { startListener } from '../loopback/listener.ts'
import type { Page } from '../loopback/page.ts'
import { parsePasted } from '../loopback/pasted.ts'
import type { RedirectTarget } from '../loopback/redirect-target.ts'
import { readPasted } from '../prompts/paste-reader.ts'

/** The authorization response, and who waits for its outcome. */
export interface Arrival {
  parameters: URLSearchParams
  answer(page: Page): Promise<void>
}

/** A place that waits for the redirect. */
export interface RedirectReceiver {
  redirectUri: string
  /** Resolves once the listener has the redirect, rejects when the login ends; never for pasting. */
  arrived: Promise<unknown>
  /** Waits for the listener or, when `paste` is set, for a pasted address, whichever comes first. */
  wait(options: { paste: boolean }): Promise<Arrival>
  close(): Promise<void>
}

/**
 * Makes the place ready; nothing has to be opened before this resolves. A redirect that is not
 * loopback comes by pasting only, which needs `--no-browser` and a terminal.
 */
export async function receiveRedirect(
  context: Context,
  target: RedirectTarget,
  options: { state: string; noBrowser: boolean; signal: AbortSignal },
): Promise<RedirectReceiver> {
  const { state, signal } = options
  if (target.kind === 'elsewhere') {
    if (!options.noBrowser || !canPaste(context)) throw pasteOnly(target.uri)
    return {
      redirectUri: target.uri,
      arrived: new Promise(() => {}),
      wait: () => paste(context, target.uri, state, signal),
      close: async () => {},
    }
  }
  const formPost = context.settings.values.authorization_param?.['response_mode'] === 'form_post'
  const listener = await startListener({
    target,
    state,
    responseMode: formPost ? 'form_post' : 'query',
    signal,
    platform: context.platform,
    onStray: (what) => context.output.detail(`ignored a request to the listener: ${what}`),
  })
  return {
    redirectUri: listener.redirectUri,
    arrived: listener.response,
    async wait({ paste: alsoPaste }) {
      if (!alsoPaste || !canPaste(context)) return listener.response
      const settled = new AbortController()
      const pasted = paste(
        context,
        listener.redirectUri,
        state,
        AbortSignal.any([signal, settled.signal]),
      )
      try {
        return await Promise.race([listener.response, pasted])
      } finally {
        settled.abort()
        await pasted.catch(() => {})
      }
    },
    close: () => listener.close(),
  }
}

/** True when somebody could paste an address. */
export function canPaste({ prompter, terminal }: Context): boolean {
  return prompter.possible && terminal !== undefined
}

async function paste(
  context: Context,
  redirectUri: string,
  state: string,
  signal: AbortSignal,
): Promise<Arrival> {
  const { terminal, output, clock, interruption } = context
  if (!terminal) throw pasteOnly(redirectUri)
  const parameters = await readPasted<URLSearchParams>({
    input: terminal,
    say: output.note,
    clock,
    signal,
    onInterrupt: interruption.interrupt,
    read(text) {
      const found = parsePasted(text, { redirectUri, state })
      if (found.kind === 'response') return { kind: 'done', value: found.parameters }
      return found.kind === 'incomplete' ? { kind: 'more' } : { kind: 'again', why: found.why }
    },
  })
  // The end of the input only ends the pasting; the listener may still get the redirect.
  if (!parameters) return new Promise((_, reject) => onceAborted(signal, reject))
  return { parameters, answer: async () => {} }
}

function onceAborted(signal: AbortSignal, reject: (reason: unknown) => void): void {
  if (signal.aborted) reject(signal.reason)
  else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
}

function pasteOnly(uri: string): UsageError {
  return new UsageError(
    `the redirect ${uri} does not come to this machine, so its address has to be pasted`,
    {
      code: 'redirect_not_loopback',
      hint: 'In a terminal, add --no-browser; else use --redirect-uri http://127.0.0.1/callback',
    },
  )
}
