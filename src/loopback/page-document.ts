import { createHash } from 'node:crypto'
import { escapeHtml } from './html.ts'
import { sign, tabIcon, type Tone } from './page-signs.ts'
import { PAGE_STYLE } from './page-style.ts'

export interface RenderedPage {
  status: number
  headers: Record<string, string>
  body: string
}

interface DocumentParts {
  status: number
  tone: Tone
  /** Plain text; tells the outcome to who sees the tab only. */
  title: string
  /** HTML, escaped by the caller. */
  content: string
  /** Code of our own, allowed by its hash. */
  script: string
  /** Where a form of this page may lead, as sources of CSP 3 `form-action`; without: nowhere. */
  formTargets?: string
}

/** A page that loads nothing, runs one script of ours, and leaves no trace in caches and referrers. */
export function renderDocument(parts: DocumentParts): RenderedPage {
  const { status, tone, title, content, script, formTargets = "'none'" } = parts
  const policy = [
    "default-src 'none'",
    `style-src '${hash(PAGE_STYLE)}'`,
    `script-src '${hash(script)}'`,
    'img-src data:',
    "base-uri 'none'",
    `form-action ${formTargets}`,
    "frame-ancestors 'none'",
  ]
  const body = `<!doctype html>
<html lang="en" class="${tone}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)} · oauthctl</title>
<link rel="icon" href="${escapeHtml(tabIcon(tone))}">
<style>${PAGE_STYLE}</style>
<script>${script}</script>
</head>
<body>
<main>
${sign(tone)}
${content}
</main>
<footer>oauthctl</footer>
</body>
</html>
`
  return {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policy.join('; '),
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
      'Cross-Origin-Opener-Policy': 'same-origin',
    },
    body,
  }
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
