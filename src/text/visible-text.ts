import { visible } from './visible.ts'

/**
 * Text of several lines made safe for a terminal: as `visible`, but line breaks and tabs stay. A
 * carriage return stays only as part of a line break, because alone it would overwrite the line.
 */
export function visibleText(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .split(/([\n\t])/)
    .map((part) =>
      part === '\n' || part === '\t' ? part : visible(part, Number.POSITIVE_INFINITY),
    )
    .join('')
}
