/** Follows the runs until all of them have ended: how they stand, what was told of them, and what comes to them from outside. */
import { z } from 'zod'
import type { MandateClient } from '../../clients/typescript/index.ts'
import { takeTime } from '../agents/take-time.ts'
import type { Definition } from './definition.ts'
import type { OutsideEvent } from './plan.ts'
import type { Progress, RunView } from './progress.ts'
import { type Notice, readRuns, type SeenRun } from './read-runs.ts'

export interface FollowOptions {
  /** Sees all runs: the auditor's. */
  readonly auditor: MandateClient
  /** Brings what comes from outside: the agent that started the runs. */
  readonly starter: MandateClient
  readonly definition: Definition
  readonly event: OutsideEvent | null
  readonly progress: Progress
  readonly newId: () => string
  readonly limitMs: number
  readonly signal: AbortSignal
}

const context = z.object({ run: z.object({ context: z.string() }) })
const readContext = `query ReadContext($id: ID!) { run(id: $id) { context } }`
const signalRun = `mutation BringEvent($input: SignalRunInput!) { signalRun(input: $input) { run { status } } }`

/** Resolves when all have ended; rejects when that takes longer than the limit, or an operator would have to decide. */
export async function followRuns(options: FollowOptions): Promise<void> {
  const { auditor, progress, limitMs, signal } = options
  const brought = new Set<string>()
  for (;;) {
    const open = [...progress.runs.values()].filter(({ endedMs }) => endedMs === null)
    if (open.length === 0) return
    const wanted = open.map(({ id, notices }) => ({ id, after: notices.at(-1)?.id ?? 0 }))
    for (const seen of await readRuns(auditor, wanted)) {
      const view = progress.runs.get(seen.id)
      if (view === undefined) continue
      take(view, seen, options)
      await bringEvent(view, brought, options)
    }
    if (progress.elapsedMs() > limitMs) throw new Error(tooLong(options))
    await takeTime(250 + 25 * open.length, signal)
  }
}

function take(view: RunView, { notices, ...seen }: SeenRun, { progress, definition }: FollowOptions): void {
  view.status = seen.status
  view.outcome = seen.outcome
  view.steps = seen.steps
  for (const notice of notices) {
    view.notices.push(notice)
    noteOf(notice, view, definition, progress)
  }
  const stuck = seen.steps.find(({ incident, state }) => incident !== null && state === 'FAILED')
  if (stuck?.incident) {
    const { code, message } = stuck.incident
    throw new Error(`An operator would have to decide about ${view.id}, ${stuck.node}: ${code}: ${message}`)
  }
  if (seen.endedAt !== null) view.endedMs = progress.elapsedMs()
}

const told = z.looseObject({
  candidates: z.array(z.string()).optional(),
  level: z.number().optional(),
  holder: z.string().nullish(),
  code: z.string().optional(),
  message: z.string().optional(),
})

/** What nobody else tells: the engine's part. */
function noteOf({ name, step, data }: Notice, view: RunView, definition: Definition, progress: Progress): void {
  const { candidates = [], level = 0, holder, code, message = '' } = told.parse(JSON.parse(data))
  const node = view.steps.find(({ id }) => id === step)?.node ?? step ?? ''
  const title = definition.titles.get(node) ?? node
  const note = (text: string, tone: 'good' | 'bad' | 'attention') => {
    progress.note({ run: view.id, who: 'engine', text, tone })
  }
  switch (name) {
    case 'task.ready':
      if (level > 0) note(`${whomItAsks(view.candidates.get(step ?? ''), candidates)}: ${title}`, 'attention')
      if (step !== null) view.candidates.set(step, candidates)
      return
    case 'task.attempt-failed':
      // Of other failures the agent itself has told.
      if (code === 'CHECK_FAILED') note(`refuses the answer: ${message}`, 'bad')
      return
    case 'task.lease-lost':
      note(`ends the lease of ${shortName(holder ?? '')}: ${title}`, 'bad')
      return
    case 'task.approval-required':
      note(`waits for an approval: ${title}`, 'attention')
      return
    case 'run.completed':
    case 'run.failed':
    case 'run.cancelled':
      note(`has ended: ${view.outcome ?? view.status}`, view.outcome === 'SUCCESS' ? 'good' : 'attention')
  }
}

/** Another agent of the same role is asked first, then others. */
function whomItAsks(before: readonly string[] | undefined, now: readonly string[]): string {
  const roles = now.join(', ')
  return before?.join(', ') === roles ? `looks for another ${roles}` : `asks ${roles}`
}

/** What comes from outside, once for each run that waits for it. */
async function bringEvent(view: RunView, brought: Set<string>, options: FollowOptions): Promise<void> {
  const { event, starter, newId, progress } = options
  if (event === null || brought.has(view.id)) return
  if (!view.steps.some(({ node, state }) => node === event.node && state === 'WAITING')) return
  brought.add(view.id)
  const { run } = context.parse(await starter.query(readContext, { id: view.id }))
  const key = event.keyOf(JSON.parse(run.context))
  const payload = JSON.stringify(event.payload)
  const input = { idempotencyKey: newId(), run: view.id, event: event.name, key, payload }
  await starter.mutate(signalRun, { input })
  progress.note({ run: view.id, who: 'outside', text: event.told, tone: 'plain' })
}

function tooLong({ progress, definition, limitMs }: FollowOptions): string {
  const open = [...progress.runs.values()].filter(({ endedMs }) => endedMs === null)
  const where = open.map(({ id, status, steps }) => {
    const at = steps.filter(({ state }) => !over.has(state))
    const names = at.map(({ node, state }) => `${definition.titles.get(node) ?? node} (${state})`)
    return `${id} is ${status}: ${names.join(', ') || 'between two steps'}`
  })
  const count = `${open.length} of ${progress.runs.size} runs`
  return `${count} did not end within ${limitMs / 1_000} s. ${where.join('; ')}.`
}

/** The states in which nothing more happens. */
export const over: ReadonlySet<string> = new Set(['COMPLETED', 'FAILED', 'REJECTED', 'CANCELLED', 'SKIPPED'])

/** `agent:support-agent` as people call it. */
export function shortName(principal: string): string {
  return principal.slice(principal.indexOf(':') + 1)
}
