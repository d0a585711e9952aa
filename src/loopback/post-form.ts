import { escapeHtml, shown } from './html.ts'
import { renderDocument, type RenderedPage } from './page-document.ts'

interface PostForm {
  /** An absolute http or https URL. */
  action: string
  fields: Record<string, string>
}

const SUBMIT = "addEventListener('DOMContentLoaded', () => document.forms[0].submit())"

/**
 * A page that posts `fields` to `action` by itself, and by its button where scripts are off: the
 * form serialisation of OpenID Connect RP-Initiated Logout 1.0 section 2, which keeps the
 * `id_token_hint` out of addresses, histories and logs.
 */
export function renderPostForm({ action, fields }: PostForm): RenderedPage {
  const { origin, host } = new URL(action)
  const inputs = Object.entries(fields).map(
    ([name, value]) =>
      `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  )
  return renderDocument({
    status: 200,
    tone: 'leaving',
    title: 'Logging out',
    script: SUBMIT,
    // Chromium holds the redirects after the post to this list as well, and a logout goes on to the
    // servers that the person came from: blocked there, it would leave them logged in.
    formTargets: `${origin} https:`,
    content: `<div role="status" aria-live="polite">
<h1>Logging out</h1>
<p>The login at ${shown(host)} is being ended. If nothing happens, use the button.</p>
</div>
<form method="post" action="${escapeHtml(action)}">
${inputs.join('\n')}
<button>Log out</button>
</form>`,
  })
}
