import { visible } from '../text/visible.ts'

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text for an element or a quoted attribute, exactly as it is. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (found) => ENTITIES[found] ?? '')
}

/** Text to be read by a person: what is invisible or turns the direction of reading is shown as an escape. */
export function shown(text: string, limit?: number): string {
  return escapeHtml(visible(text, limit))
}
