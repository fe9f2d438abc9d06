/** What came of it: runs by outcome, who did how much, what failed and was mended, and what the ledger has of one run. */
import { cell, clip, type Paint, shortId, tenths } from './cells.ts'
import { shortName } from './follow.ts'
import type { Progress, RunView } from './progress.ts'
import type { AgentTrail } from './trails.ts'

/** The end of the demo, as lines. */
export function summary(progress: Progress, width: number, paint: Paint): readonly string[] {
  const runs = [...progress.runs.values()]
  const times = runs.map(({ startedMs, endedMs }) => (endedMs ?? 0) - startedMs)
  const mean = times.reduce((sum, each) => sum + each, 0) / Math.max(1, times.length)
  const agents = doneBy(runs, 'agent:')
  const people = doneBy(runs, 'person:')
  const { votes, acts, handedOff } = progress.counts
  const rows: readonly [string, number | string, string][] = [
    ['runs', runs.length, counted(runs.map(({ outcome, status }) => outcome ?? status))],
    ['tasks done by agents', agents.length, counted(agents)],
    ['tasks done by people', people.length, counted(people)],
    ['attempts lost', countOf(runs, 'task.lease-lost'), 'their lease has ended: others took them'],
    ['attempts failed', countOf(runs, 'task.attempt-failed'), failures(runs)],
    ['escalations', levels(runs), 'another agent is looked for, and then people are asked'],
    ['handed to people', handedOff, 'by agents that could not do it'],
    [
      'approvals',
      votes + acts,
      `${plural(votes, 'vote')} in a workflow, ${plural(acts, 'act')} that a rule put to people`,
    ],
    ['time per run', tenths(mean), `on average, from ${tenths(Math.min(...times))} to ${tenths(Math.max(...times))}`],
  ]
  return [
    ...rows.map(([name, value, told]) => {
      const quiet = value === 0
      const line = `  ${cell(name, 22)}  ${cell(String(value), 8, 'right')}  ${quiet ? '' : clip(told, width - 36)}`
      return quiet ? paint('dim', line.trimEnd()) : line.trimEnd()
    }),
    ...[...progress.takeovers.values()].map(({ died, title, by, tookMs }) => {
      const text = `${died} died over “${title}”; ${by ?? 'nobody'} had it ${tookMs === null ? 'never' : tenths(tookMs)} later.`
      return paint('yellow', `  ${clip(text, width)}`)
    }),
  ]
}

/** What the ledger has of a run, agent by agent. */
export function ledgerLines(
  run: RunView,
  trails: readonly AgentTrail[],
  width: number,
  paint: Paint,
): readonly string[] {
  const subject = `service:run-${run.id}`
  return [
    `  ${paint('bold', `What the ledger has of run ${shortId(run.id)}`)} ${paint('dim', '(asked by lena.fischer, auditor)')}`,
    ...trails.map(({ agent, records }) => {
      const forRun = records.filter(({ caller }) => caller?.onBehalfOf === subject).length
      const counts = `${cell(String(records.length), 3, 'right')} records, ${cell(String(forRun), 2, 'right')} on its behalf`
      const names = records.map(({ operation }) => operation.name ?? operation.kind ?? 'not valid')
      const place = `  ${cell(shortName(agent), 20)}  ${counts}  `
      return `${place}${paint('dim', clip(inOrder(names), width - place.length))}`
    }),
  ]
}

/** Each once, with how often. */
function inOrder(names: readonly string[]): string {
  const often = (name: string) => names.filter((each) => each === name).length
  return [...new Set(names)].map((name) => (often(name) > 1 ? `${name} × ${often(name)}` : name)).join(', ')
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

function doneBy(runs: readonly RunView[], kind: string): string[] {
  const steps = runs.flatMap((run) => run.steps)
  return steps
    .filter((each) => each.state === 'COMPLETED' && (each.kind === 'agentTask' || each.kind === 'humanTask'))
    .flatMap(({ holder }) => (holder?.startsWith(kind) === true ? [shortName(holder)] : []))
}

function countOf(runs: readonly RunView[], notice: string): number {
  return runs.reduce((sum, { notices }) => sum + notices.filter(({ name }) => name === notice).length, 0)
}

function failures(runs: readonly RunView[]): string {
  const failed = runs.flatMap(({ notices }) => notices).filter(({ name }) => name === 'task.attempt-failed')
  return counted(failed.map(({ data }) => (JSON.parse(data) as { code: string }).code))
}

function levels(runs: readonly RunView[]): number {
  return runs.flatMap(({ steps }) => steps).reduce((sum, { level }) => sum + level, 0)
}

/** `2 SUCCESS, 1 FAILED`, the most frequent first. */
function counted(words: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a)
  return sorted.map(([word, count]) => `${count} ${word}`).join(', ')
}
