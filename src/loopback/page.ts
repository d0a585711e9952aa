import { shown } from './html.ts'
import { renderDocument, type RenderedPage } from './page-document.ts'

/** What the person sees in the browser at the end of a login. */
export type Page =
  | { kind: 'success'; profile: string; account?: string; issuer?: string }
  | {
      kind: 'failure'
      title?: string
      /** In our words, never the server's. */
      message: string
      /** What to type next. */
      command?: string
    }
  /** For a tab that has nothing to do with the login that is waited for. */
  | { kind: 'stray' }

// Takes the code out of the address bar and out of the history (RFC 9700 section 4.3.1).
const DROP_QUERY = "history.replaceState(null, '', location.pathname)"

/** The page for an outcome: everything in it is escaped, nothing in it is loaded from elsewhere. */
export function renderPage(page: Page): RenderedPage {
  switch (page.kind) {
    case 'success':
      return renderDocument({
        status: 200,
        tone: 'success',
        title: 'You are logged in',
        script: DROP_QUERY,
        content: `${outcome('You are logged in')}
<dl>${fact('Profile', page.profile)}${fact('Account', page.account)}${fact('Server', page.issuer)}</dl>
<p class="close">You can close this tab and return to the terminal.</p>`,
      })
    case 'failure': {
      const title = page.title ?? 'The login did not succeed'
      return renderDocument({
        status: 400,
        tone: 'failure',
        title,
        script: DROP_QUERY,
        content: `${outcome(title, page.message)}
${command(page.command)}
<p class="close">You can close this tab and return to the terminal.</p>`,
      })
    }
    case 'stray':
      return renderDocument({
        status: 400,
        tone: 'calm',
        title: 'Not part of a login',
        script: DROP_QUERY,
        content: `${outcome('This tab is not part of a login')}
<p>It was opened by something else, or it belongs to an earlier attempt. Nothing was changed.</p>
<p class="close">You can close it. A login that still runs goes on in its own tab.</p>`,
      })
  }
}

function outcome(title: string, message?: string): string {
  const text = message === undefined ? '' : `\n<p class="message">${shown(message, 1000)}</p>`
  return `<div role="status" aria-live="polite">
<h1>${shown(title, 200)}</h1>${text}
</div>`
}

function fact(name: string, value: string | undefined): string {
  if (value === undefined) return ''
  // A line may break after the parts of an address, not within a name.
  const breakable = shown(value, 300).replace(/\/+|[.@]/g, '$&<wbr>')
  return `<div><dt>${name}</dt><dd>${breakable}</dd></div>`
}

function command(line: string | undefined): string {
  if (line === undefined) return ''
  return `<p class="next">Type this in the terminal next:</p>
<pre><code>${shown(line, 2000)}</code></pre>`
}
