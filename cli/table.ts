/** Lines up cells in columns, for people who read a terminal. */
import { safeText } from '../gateway/audit/safe-text.ts'

/** A table with a line of headings; columns are two spaces apart and as wide as their widest cell, at most `widest`. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], widest = 48): string {
  // What a record says may come from a database that somebody has written to: it must not steer the terminal.
  const lines = [headings, ...rows.map((row) => row.map((cell) => clip(safeText(cell, 1000), widest)))]
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

function clip(text: string, widest: number): string {
  return text.length > widest ? `${text.slice(0, widest - 1)}…` : text
}
