/** One picture of the demo: the runs, whoever works, and what happened last, as lines that fit the terminal. */
import { cell, clip, type Paint, shortId, tenths, wholeSeconds, widthOf } from './cells.ts'
import type { Definition } from './definition.ts'
import { over, shortName } from './follow.ts'
import type { Moment, Progress, RunView, Worker } from './progress.ts'
import type { SeenStep } from './read-runs.ts'

export interface FrameOptions {
  readonly progress: Progress
  readonly definition: Definition
  readonly paint: Paint
  readonly width: number
  readonly height: number
  /** `last`: nothing happens any more, and only the runs are shown. */
  readonly kind: 'running' | 'last'
}

const widest = 116
/** As many moments as are shown. */
const recent = 8

/** Draws the picture. INVARIANT: no line is wider than the terminal, and there are fewer of them than it has rows. */
export function frame(options: FrameOptions): readonly string[] {
  const { progress, height, kind } = options
  const width = Math.min(options.width - 1, widest)
  const workers = [...progress.workers.values()]
  const room = height - 4 - (kind === 'last' ? 0 : workers.length + 2 + recent + 2)
  const runs = runLines({ ...options, width }, Math.max(3, room))
  if (kind === 'last') return runs
  const work = workers.map((each) => workerLine(each, width, options.paint))
  const moments = progress.moments.slice(-recent).map((each) => momentLine(each, width, options.paint))
  const blank = Array.from({ length: recent - moments.length }, () => '')
  return [...runs, '', ...work, '', ...moments, ...blank].slice(0, Math.max(1, height - 1))
}

interface Columns {
  readonly key: number
  readonly way: number
  readonly now: number
  readonly who: number
}

/** The columns of fixed width, and the gaps between all of them. */
const fixed = { indent: 2, id: 6, time: 11, gaps: 5 * 2 } as const

/** Where business keys get less room, so that the rest has some. */
const narrow = 100
const longestOutcome = 'BUSINESS_REJECTED'.length

/** What the other columns leave to `now` and `who`. */
function takenBy({ key, way }: Pick<Columns, 'key' | 'way'>): number {
  return fixed.indent + fixed.id + fixed.time + fixed.gaps + key + way
}

function columnsOf({ progress, definition, width }: FrameOptions): Columns {
  const way = Math.max(3, definition.stations.length)
  const keys = [...progress.runs.values()].map(({ businessKey }) => widthOf(businessKey))
  const key = Math.min(width < narrow ? 12 : 26, Math.max(12, ...keys))
  const rest = Math.max(16, width - takenBy({ key, way }))
  const who = Math.min(32, Math.floor(rest * 0.48))
  return { key, way, now: rest - who, who }
}

function runLines(options: FrameOptions, room: number): string[] {
  const { progress, paint, width } = options
  const columns = columnsOf(options)
  const head = [
    cell('run', fixed.id),
    cell('business key', columns.key),
    cell('way', columns.way),
    cell('where it is', columns.now),
    cell('with whom', columns.who),
    cell('time', fixed.time, 'right'),
  ]
  const runs = [...progress.runs.values()]
  // Where not all fit, those that go on are shown first.
  const fits = runs.length <= room
  const open = runs.filter(({ endedMs }) => endedMs === null)
  const shown = fits ? runs : [...open, ...runs.filter((each) => !open.includes(each))].slice(0, room - 1)
  const rest = fits ? [] : [paint('dim', clip(`  … and ${runs.length - shown.length} more`, width))]
  return [
    paint('dim', clip(`  ${head.join('  ')}`, width)),
    ...shown.map((run) => runLine(run, columns, options)),
    ...rest,
  ]
}

function runLine(run: RunView, columns: Columns, { progress, definition, paint, width }: FrameOptions): string {
  const { startedMs, endedMs } = run
  const time = endedMs === null ? wholeSeconds(progress.elapsedMs() - startedMs) : tenths(endedMs - startedMs)
  const told = endedMs === null ? whereItIs(run, columns, progress, definition, paint) : whatCame(run, columns, paint)
  // A terminal too narrow for the table gets what fits of it, without colours.
  if (columns.now + columns.who + takenBy(columns) > width) return clip(`  ${shortId(run.id)}  ${run.status}`, width)
  const cells = [
    paint('bold', cell(shortId(run.id), fixed.id)),
    cell(run.businessKey, columns.key),
    wayOf(run, columns.way, definition, paint),
    told,
    cell(time, fixed.time, 'right'),
  ]
  return `  ${cells.join('  ')}`
}

function whereItIs(run: RunView, columns: Columns, progress: Progress, definition: Definition, paint: Paint): string {
  const open = run.steps.filter(({ state }) => !over.has(state))
  const where = cell(nowOf(open, definition), columns.now)
  return `${where}  ${paint('cyan', cell(whoOf(open[0], run, progress), columns.who))}`
}

/** The outcome, and everybody who had a part in it. */
function whatCame({ outcome, status, steps }: RunView, { now, who }: Columns, paint: Paint): string {
  const came = cell(outcome ?? status, Math.min(now, longestOutcome))
  const names = [...new Set(steps.flatMap(({ holder }) => (holder === null ? [] : shortName(holder))))]
  const rest = cell(names.join(', '), now + who - Math.min(now, longestOutcome))
  return `${paint(outcome === 'SUCCESS' ? 'green' : 'yellow', came)}  ${paint('dim', rest)}`
}

/** A sign for each step that the workflow has: done, under way, decided against or failed, not entered. */
function wayOf(run: RunView, width: number, { stations }: Definition, paint: Paint): string {
  const signs = stations.map((node) => {
    const step = run.steps.findLast((each) => each.node === node)
    if (step === undefined) return paint('dim', '·')
    if (!over.has(step.state)) return paint('yellow', '◐')
    return step.state === 'COMPLETED' ? paint('green', '●') : paint('red', '✗')
  })
  return `${signs.join('')}${' '.repeat(Math.max(0, width - stations.length))}`
}

function nowOf([first, ...others]: readonly SeenStep[], { titles }: Definition): string {
  if (first === undefined) return 'goes on'
  const more = others.length === 0 ? '' : ` +${others.length}`
  return `${titles.get(first.node) ?? first.node}${more}`
}

function whoOf(step: SeenStep | undefined, run: RunView, { workers, takeovers }: Progress): string {
  if (step === undefined) return ''
  const left = takeovers.get(`${run.id}:${step.id}`)
  if (left?.by === null) return `${left.died} (dead)`
  const held = [...workers.values()].find(({ doing }) => doing?.task === `${run.id}:${step.id}`)
  if (held) return held.name
  switch (step.state) {
    case 'READY':
      return step.kind === 'operation' ? 'engine' : `for ${run.candidates.get(step.id)?.join(', ') ?? 'somebody'}`
    case 'APPROVAL_REQUIRED':
      return 'waits for an approval'
    case 'WAITING':
      return 'waits for the outside'
    default:
      return step.holder === null ? '' : shortName(step.holder)
  }
}

function workerLine({ name, kind, doing, done, isAlive }: Worker, width: number, paint: Paint): string {
  const now = isAlive ? (doing?.title ?? '') : 'dead'
  const count = `${done} done`
  const line = `  ${cell(name, 24)}  ${cell(now, Math.max(1, width - 40))}  ${cell(count, 10, 'right')}`
  const shown = clip(line, width)
  if (!isAlive) return paint('red', shown)
  return doing === null ? paint('dim', shown) : paint(kind === 'agent' ? 'reset' : 'cyan', shown)
}

/** A moment as a line. */
export function momentLine({ atMs, run, who, text, tone }: Moment, width: number, paint: Paint): string {
  const place = `${cell(tenths(atMs), 9, 'right')}  ${cell(run === null ? '' : shortId(run), fixed.id)}  `
  const name = `${cell(who, 22)}  `
  const room = width - widthOf(place) - widthOf(name)
  if (room < 10) return clip(`${place}${text}`, width)
  const style = { plain: 'reset', good: 'green', bad: 'red', attention: 'yellow' } as const
  return `${paint('dim', place)}${name}${paint(style[tone], clip(text, room))}`
}
