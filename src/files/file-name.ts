// Names that Windows keeps for devices, with any extension.
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/

function escape(character: string): string {
  return [...Buffer.from(character)]
    .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
    .join('')
}

/**
 * A file name for any name: no two names share one, also where the file system ignores case, and
 * no name leaves its folder or is refused by Windows. Everything but lower-case letters, digits and
 * `._@-` is percent-encoded: `secret:robot` becomes `secret%3arobot`.
 */
export function fileNameFor(name: string): string {
  const encoded = name.replace(/[^a-z0-9._@-]/gu, escape)
  return DEVICE.test(encoded) ? escape(encoded.charAt(0)) + encoded.slice(1) : encoded
}
