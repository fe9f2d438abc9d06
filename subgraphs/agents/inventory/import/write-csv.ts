/** Writes pilots as CSV (RFC 4180) that a spreadsheet can open without running anything: what looks like a formula is text. */
import type { PilotFacts } from '../../../../storage/stores/pilots.ts'
import { fieldNames } from '../pilot-fields.ts'

/** The headings and a line for each pilot; `readCsv` reads it back unchanged. */
export function writeCsv(pilots: readonly PilotFacts[]): string {
  const lines = pilots.map((pilot) => fieldNames.map((name) => cellOf(pilot[name])).join(','))
  return [fieldNames.join(','), ...lines].map((line) => `${line}\r\n`).join('')
}

function cellOf(value: string | number | readonly string[] | null): string {
  const text = value === null ? '' : typeof value === 'object' ? value.join('; ') : String(value)
  // CWE-1236: a spreadsheet runs what begins so, also when the cell is quoted.
  const guarded = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",;\r\n\t']/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}
