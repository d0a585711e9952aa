// C0 and C1 controls, DEL, line and paragraph separators, zero-width characters, and the
// bidirectional controls that make a terminal show text in another order than it stands.
const UNSAFE =
  // oxlint-disable-next-line no-control-regex -- naming the control characters is the point
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu

/**
 * Text of a server or a token, made safe for a terminal on one line: control, invisible and
 * direction-changing characters appear as `\u{…}`, and what exceeds `limit` characters is cut.
 */
export function visible(text: string, limit = 500): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text
  return cut.replace(UNSAFE, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`)
}

/**
 * JSON text in which the same characters are written as `\uXXXX` escapes: another spelling of
 * the same value (RFC 8259 section 7). Line breaks and tabs between the members stay.
 */
export function visibleJson(json: string): string {
  return json.replace(UNSAFE, (found) => {
    if (found === '\n' || found === '\r' || found === '\t') return found
    return Array.from({ length: found.length }, (_, index) => {
      const unit = found.charCodeAt(index).toString(16).padStart(4, '0')
      return `\\u${unit}`
    }).join('')
  })
}
