const style = `
:root { color-scheme: light dark; --line: #c9ced6; --accent: #2456c8; --soft: #f4f6f9; }
@media (prefers-color-scheme: dark) { :root { --line: #454b55; --accent: #7aa2ff; --soft: #1d2127; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--soft);
  font: 16px/1.5 system-ui, sans-serif; }
main { width: min(24rem, calc(100vw - 2rem)); padding: 2rem; border: 1px solid var(--line);
  border-radius: 12px; background: Canvas; }
h1 { margin: 0 0 .25rem; font-size: 1.35rem; }
p { margin: 0 0 1rem; }
small { opacity: .75; }
label { display: block; margin-bottom: .75rem; }
input { display: block; width: 100%; margin-top: .25rem; padding: .55rem .7rem; font: inherit;
  border: 1px solid var(--line); border-radius: 8px; background: Field; color: FieldText; }
ul { margin: 0 0 1rem; padding-left: 1.2rem; }
[role=alert] { padding: .5rem .75rem; border-left: 4px solid #c62828; }
.buttons { display: flex; gap: .75rem; }
button { flex: 1; padding: .6rem; font: inherit; border-radius: 8px; cursor: pointer;
  border: 1px solid var(--line); background: transparent; color: inherit; }
button.main { background: var(--accent); border-color: var(--accent); color: Canvas; font-weight: 600; }
`

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body><main><h1>${escapeHtml(title)}</h1>
${content}
</main></body></html>`
}

export function loginPage(
  action: string,
  client: string,
  hint: { username?: string | undefined; failed?: boolean; note?: string | undefined },
): string {
  const alert = hint.failed === true ? '<p role="alert">Wrong user name or password.</p>' : ''
  const note = hint.note === undefined ? '' : `<p><small>${escapeHtml(hint.note)}</small></p>`
  return page(
    'Sign in',
    `<p><small>to continue to <strong>${escapeHtml(client)}</strong></small></p>${alert}
<form method="post" action="${escapeHtml(action)}">
<label>User name <input name="username" autocomplete="username" required autofocus value="${escapeHtml(hint.username ?? '')}"></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
${note}<div class="buttons"><button class="main" type="submit">Sign in</button></div>
</form>`,
  )
}

export function consentPage(action: string, client: string, asked: readonly string[]): string {
  const items = asked.map((entry) => `<li><code>${escapeHtml(entry)}</code></li>`).join('')
  return page(
    'Allow access?',
    `<p><strong>${escapeHtml(client)}</strong> asks for access to your account:</p>
<ul>${items === '' ? '<li>who you are</li>' : items}</ul>
<form method="post" action="${escapeHtml(action)}"><div class="buttons">
<button type="submit" name="decision" value="deny">Deny</button>
<button class="main" type="submit" name="decision" value="allow">Allow</button>
</div></form>`,
  )
}

export function logoutPage(form: string): string {
  return page(
    'Sign out?',
    `<p>This ends your session at the demo authorization server.</p>${form}
<div class="buttons"><button type="submit" form="op.logoutForm">Stay signed in</button>
<button class="main" type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button></div>`,
  )
}

export function messagePage(title: string, text: string): string {
  return page(title, `<p>${escapeHtml(text)}</p>`)
}

export function codePage(form: string, wrong: boolean): string {
  const alert = wrong ? '<p role="alert">That code is not known.</p>' : ''
  return page(
    'Enter the code',
    `${alert}${form}<div class="buttons"><button class="main" type="submit" form="op.deviceInputForm">Continue</button></div>`,
  )
}

export function confirmCodePage(form: string, client: string, code: string): string {
  return page(
    'Is this your code?',
    `<p><strong>${escapeHtml(client)}</strong> shows this code: <code>${escapeHtml(code)}</code></p>${form}
<div class="buttons"><button type="submit" form="op.deviceConfirmForm" name="abort" value="yes">Abort</button>
<button class="main" type="submit" form="op.deviceConfirmForm">Continue</button></div>`,
  )
}
