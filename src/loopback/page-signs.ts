export type Tone = 'success' | 'failure' | 'calm' | 'leaving'

// Drawn on a field of 72 by 72; `colour` is for the icon of the tab, which no style sheet reaches.
const SIGNS: Record<Tone, { path: string; colour: string }> = {
  success: { path: 'M23 37.5l9.2 9.2L50 28', colour: '#1a8f5c' },
  failure: { path: 'M26 26l20 20M46 26L26 46', colour: '#d0392e' },
  calm: { path: 'M36 34v15M36 24.4v.2', colour: '#64748b' },
  leaving: { path: 'M24 36h24M38.5 26.5L48 36l-9.5 9.5', colour: '#64748b' },
}

/** The drawn sign of an outcome. Decoration: the words beside it say the same. */
export function sign(tone: Tone): string {
  return `<svg class="sign" viewBox="0 0 72 72" aria-hidden="true" focusable="false"><circle cx="36" cy="36" r="36"/><path d="${SIGNS[tone].path}"/></svg>`
}

/** The same sign as a `data:` URI for the browser's tab, so that no `/favicon.ico` is asked for. */
export function tabIcon(tone: Tone): string {
  const { path, colour } = SIGNS[tone]
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72"><circle cx="36" cy="36" r="36" fill="${colour}"/><path d="${path}" fill="none" stroke="#fff" stroke-width="7" stroke-linecap="round" stroke-linejoin="round"/></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
