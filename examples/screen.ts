/**
 * How the demo looks: numbered steps, then what the ledger has of them. Colours only where somebody watches, and not where
 * `NO_COLOR` is set (`styleText` sees to it).
 */
import { styleText } from 'node:util'
import { safeText } from '../gateway/audit/safe-text.ts'
import type { PlacedRecord } from '../storage/stores/ledger.ts'
import type { VerifyResult } from '../storage/stores/ledger-verify.ts'
import type { Step } from './step.ts'

type Style = Parameters<typeof styleText>[0]

/** Where the lines go; its kind decides about colours. */
export type Screen = Pick<NodeJS.WriteStream, 'write' | 'isTTY'> & NodeJS.WritableStream

const columns = { title: 44, operation: 24, code: 26, time: 9 } as const
const width = 106

export interface ScreenWriter {
  /** Who it is about and where, in a sentence, and what stands at the beginning. */
  opening(agent: string, url: string, does: string, lines: readonly string[]): void
  step(number: number, step: Step): void
  ledger(records: readonly PlacedRecord[], verification: VerifyResult): void
  hint(lines: readonly string[]): void
}

export function createScreen(screen: Screen): ScreenWriter {
  const paint = (style: Style, text: string) => styleText(style, text, { stream: screen })
  const line = (text = '') => void screen.write(`${text.trimEnd()}\n`)

  return {
    opening(agent, url, does, [first = '', ...others]) {
      line()
      line(`  ${paint('bold', agent)} ${paint('dim', `at ${url}`)} ${does}`)
      line()
      const quote = paint('dim', '│')
      line(`  ${quote} ${clip(first, width - 2)}`)
      for (const text of others) line(`  ${quote} ${paint('dim', clip(text.replaceAll(/\s+/gu, ' '), width - 2))}`)
      line()
    },
    step(number, { title, operation, outcome, code, ms, lines }) {
      const verdict = outcome === 'done' ? paint('green', '✓') : paint('yellow', '✗')
      const cells = [
        paint('bold', `${number}  ${title}`.padEnd(columns.title)),
        paint('cyan', operation.padEnd(columns.operation)),
        paint('yellow', (code ?? '').padStart(columns.code)),
        `${ms.toFixed(0)} ms`.padStart(columns.time),
      ]
      line(`  ${cells.join('')} ${verdict}`)
      for (const text of lines) for (const part of wrap(text, width - 3)) line(`     ${part}`)
    },
    ledger(records, { checked, intents, outcomes, last }) {
      line()
      line(`  ${paint('bold', 'What the ledger has of it')} ${paint('dim', '(asked by lena.fischer, auditor)')}`)
      const several = new Set(records.map(({ caller }) => caller?.id)).size > 1
      for (const record of records) line(ledgerLine(record, several, paint))
      const parts = `${checked} records (${intents} intents, ${outcomes} outcomes)`
      line(
        `  ${paint('green', '✓')} The chain is whole over ${parts}; its head is ${last.seq}:${last.hash.slice(0, 16)}…`,
      )
    },
    hint(lines) {
      line()
      for (const text of lines) line(`  ${paint('dim', text)}`)
      line()
    },
  }
}

function ledgerLine(record: PlacedRecord, several: boolean, paint: (style: Style, text: string) => string): string {
  const { seq, operation, result } = record
  const name = operation.name ?? (operation.kind === null ? '(not valid)' : '(unnamed)')
  const outcome = result?.outcome ?? 'cut off'
  const who = several ? `${(record.caller?.id ?? 'nobody').padEnd(21)} ` : ''
  const place = `  ${String(seq).padStart(6)}  ${who}${name.padEnd(16)} `
  const told = clip(what(record), width - place.length - 10)
  return `${paint('dim', place)}${paint(outcome === 'answered' ? 'green' : 'yellow', outcome.padEnd(9))} ${told}`
}

/** The truth about one request, which may be more than its caller was told. */
function what({ requested, denied, unlisted, result }: PlacedRecord): string {
  if (unlisted.length > 0) return `asked for ${unlisted.join(', ')}, which does not exist`
  if (result?.reason != null && denied.length === 0) return `${result.codes.join(', ')}: ${result.reason}`
  if (result?.reason != null) return `hidden: ${denied.join(', ')}; it was told that there is none`
  if (denied.length > 0) return `denied ${denied.join(', ')}; no fetch`
  const values = Object.values(result?.delivered ?? {}).reduce((sum, count) => sum + count, 0)
  return `${requested.length} fields, ${values} values from ${result?.subgraphs.join(', ') ?? 'nowhere'}`
}

/** At most two lines, broken between words. */
function wrap(text: string, most: number): string[] {
  const safe = safeText(text, 1_000)
  if (safe.length <= most) return [safe]
  const end = safe.lastIndexOf(' ', most)
  const cut = end > 0 ? end : most
  return [safe.slice(0, cut), clip(safe.slice(cut).trimStart(), most)]
}

/** Texts come from outside and from systems: made safe, and never wider than the screen. */
function clip(text: string, most: number): string {
  const safe = safeText(text, 1_000)
  return safe.length > most ? `${safe.slice(0, most - 1)}…` : safe
}
