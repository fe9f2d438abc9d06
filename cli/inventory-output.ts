/** What the commands of the inventory tell people: reports of imports, lists, findings with their reasons, evaluations. */
import { safeText } from '../gateway/audit/safe-text.ts'
import type { DuplicateWeights } from '../subgraphs/agents/inventory/settings.ts'
import type { Evaluation, Measure } from '../subgraphs/agents/inventory/duplicates/evaluate.ts'
import type { FindingAnswer, ImportAnswer, PilotAnswer } from './inventory-answers.ts'
import { table } from './table.ts'

/** What became of a file. */
export function showImport(report: ImportAnswer, file: string, dryRun: boolean): string {
  const lines = report.problems.map(({ line, column, problem, mend }) => {
    const at = column === null ? `line ${line}` : `line ${line}, column ${column.number} (${safeText(column.name, 60)})`
    return `  ${at}: ${safeText(problem, 300)} ${safeText(mend, 300)}\n`
  })
  const more = report.problemCount - report.problems.length
  if (more > 0) lines.push(`  and ${more} more.\n`)
  const counts = `${report.created} new, ${report.updated} changed, ${report.unchanged} known already, ${report.refused} with problems`
  const verdict = report.imported
    ? `Imported from \`${file}\`: ${counts}. ${report.newFindings} new findings.\n`
    : dryRun
      ? `Nothing was imported; this was a dry run. In \`${file}\`: ${counts}.\n`
      : `Nothing was imported from \`${file}\`: ${counts}. Mend it, or take the good rows with --good-rows.\n`
  return lines.length === 0 ? verdict : `${problems(report.problemCount)}:\n${lines.join('')}${verdict}`
}

function problems(count: number): string {
  return count === 1 ? '1 problem' : `${count} problems`
}

/** Pilots, one a line. */
export function showPilots(pilots: readonly PilotAnswer[]): string {
  if (pilots.length === 0) return 'There are no such pilots.\n'
  const rows = pilots.map((pilot) => [
    pilot.id,
    pilot.name,
    pilot.department,
    pilot.stage,
    pilot.businessOwner ?? '-',
    pilot.monthlyCost ?? '-',
  ])
  return table(['id', 'name', 'department', 'stage', 'owner', 'monthly cost'], rows)
}

/** Findings, each with why. */
export function showFindings(findings: readonly FindingAnswer[]): string {
  if (findings.length === 0) return 'There are no such findings.\n'
  return findings
    .map((finding) => {
      const title = `${finding.score.toFixed(2)} ${finding.strength} ${finding.state}  ${nameOf(finding.a)} | ${nameOf(finding.b)}\n`
      const reasons = finding.components.map(({ name, score, weight, shared, onlyA, onlyB }) => {
        const part = name.toLowerCase().padEnd(13)
        if (score === null) return `  ${part}not compared: one of the two says nothing\n`
        return `  ${part}${score.toFixed(2)} × ${weight.toFixed(2)}  both: ${listed(shared)}; only the first: ${listed(onlyA)}; only the second: ${listed(onlyB)}\n`
      })
      return `${title}  ${finding.id}\n${reasons.join('')}`
    })
    .join('\n')
}

/** How well the scoring judges a labelled set. */
export function showEvaluation(title: string, weights: DuplicateWeights, evaluation: Evaluation): string {
  const { capabilities, systems, text, steps } = weights
  const rows = [row('duplicates', evaluation.likely), row('duplicates and overlaps', evaluation.overlap)]
  return [
    `${title}: ${evaluation.pilots} pilots, ${evaluation.pairs} pairs\n`,
    `weights: capabilities ${capabilities}, systems ${systems}, text ${text}, steps ${steps}\n`,
    table(['finds', 'from', 'precision', 'recall', 'F1', 'right', 'wrong', 'missed'], rows),
  ].join('')
}

/** Where the scoring and people differ. */
export function showMistakes({ mistakes }: Evaluation): string {
  if (mistakes.length === 0) return 'No pair is judged wrongly.\n'
  const rows = mistakes.map(({ a, b, label, found, score }) => [score.toFixed(2), label, found, `${a} | ${b}`])
  return table(['score', 'people say', 'scored as', 'pair'], rows, 80)
}

function row(what: string, { threshold, precision, recall, f1, ...counts }: Measure): string[] {
  const shown = (value: number | null) => (value === null ? '-' : value.toFixed(3))
  const { truePositives, falsePositives, falseNegatives } = counts
  return [
    what,
    threshold.toFixed(2),
    shown(precision),
    shown(recall),
    shown(f1),
    String(truePositives),
    String(falsePositives),
    String(falseNegatives),
  ]
}

function nameOf({ name, department }: FindingAnswer['a']): string {
  return safeText(department === '' ? name : `${name} (${department})`, 120)
}

function listed(items: readonly string[]): string {
  return items.length === 0 ? 'nothing' : safeText(items.join(', '), 400)
}
