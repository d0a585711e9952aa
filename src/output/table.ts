import { visible } from '../text/visible.ts'

/**
 * Rows under headings, columns aligned; where the lines would not fit into `width` columns, one
 * block a row instead, so that nothing is cut or wrapped in the middle. Cells are shown safely.
 */
export function table(headings: string[], rows: string[][], width: number): string {
  const safe = rows.map((row) => row.map((cell) => visible(cell)))
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...safe.map((row) => (row[column] ?? '').length)),
  )
  const total = widths.reduce((sum, one) => sum + one + 2, -2)
  if (total > width) return blocks(headings, safe)
  const line = (cells: string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [line(headings.map((heading) => heading.toUpperCase())), ...safe.map(line)].join('\n')
}

function blocks(headings: string[], rows: string[][]): string {
  const label = Math.max(...headings.map((heading) => heading.length))
  return rows
    .map((row) =>
      headings
        .map((heading, column) => `${heading.padEnd(label)}  ${row[column] ?? ''}`.trimEnd())
        .join('\n'),
    )
    .join('\n\n')
}
