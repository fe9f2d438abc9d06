/** The mutation `forkRun`: a new run with the first events of another, that goes on from there by itself. */
import type { Work } from '../../../orchestration/engine/engine.ts'
import { deliver } from '../../../orchestration/engine/deliver.ts'
import { projectTasks } from '../../../orchestration/engine/project-tasks.ts'
import { addRun } from '../../../orchestration/engine/start-run.ts'
import type { RunEvent } from '../../../orchestration/interpreter/events.ts'
import { type LoggedEvent, type Moment, ReplayError, replay } from '../../../orchestration/interpreter/replay.ts'
import { initialState } from '../../../orchestration/interpreter/state.ts'
import type { Tx } from '../../../storage/queue/durable-queue.ts'
import { invalid } from '../../inputs.ts'
import { actOnce } from '../act-once.ts'
import { readJsonObject } from '../read-arguments.ts'
import { requireApplied } from '../refusals.ts'
import type { OrchestrationContext, OrchestrationResolver } from '../services.ts'
import { type LockedRun, type RunInput, lockSeenRun } from './change-run.ts'
import { requireRun } from './find-runs.ts'

interface ForkInput extends RunInput {
  readonly after: number
  readonly input?: string | null
  readonly context?: string | null
}

export const forkRun: OrchestrationResolver<{ readonly input: ForkInput }> = async (_source, { input }, context) => {
  const { services, caller } = context
  const event: RunEvent = {
    kind: 'forked',
    by: caller.id,
    input: input.input == null ? null : readJsonObject('input.input', input.input),
    context: input.context == null ? null : readJsonObject('input.context', input.context),
  }
  const { id, replayed } = await actOnce(context, { name: 'Mutation.forkRun', input }, async (work) => {
    const source = await lockSeenRun(work, input.run, context)
    const copy = await copyRun(work, source, input.after, context)
    requireApplied(await deliver(services.engine, work, copy, event), { run: source.id })
    return { id: copy }
  })
  return { run: await requireRun(services, id, 'anyone'), replayed }
}

/** Makes the new run as the other one was after one of its events, with nothing in motion. */
async function copyRun(
  work: Work,
  source: LockedRun,
  after: number,
  { services: { engine }, caller }: OrchestrationContext,
): Promise<string> {
  const { workflow, version, priority, state } = source
  if (after < 1 || after > state.version) throw invalid('input.after', `must be 1 to ${state.version}`)
  const program = await engine.programs.get(work.tx, workflow, version)
  const id = engine.newId()
  const { businessKey } = state
  const forkedFrom = { run: source.id, seq: after }
  const made = { id, workflow, version, businessKey, startedBy: caller.id, priority, forkedFrom }
  await addRun(engine, work, made)
  const before = initialState({ runId: id, workflow, businessKey })
  const log = await eventsOf(work.tx, source.id, after)
  const moments = replayed(() => [...replay(program, before, log)])
  const last = moments.at(-1)
  if (!last) throw new Error(`The run ${source.id} has no events.`)
  await keepCopy(work.tx, id, moments, last)
  const { at: now, event } = last.logged
  const effects = moments.flatMap((moment) => moment.effects)
  await projectTasks(work.tx, { program, before, state: last.state, event, effects, now, priority })
  return id
}

async function eventsOf(tx: Tx, runId: string, upTo: number): Promise<readonly LoggedEvent[]> {
  const rows = await tx
    .selectFrom('mandate.run_events')
    .select(['seq', 'at', 'event'])
    .where('run_id', '=', runId)
    .where('seq', '<=', upTo)
    .orderBy('seq')
    .execute()
  return rows.map(({ seq, at, event }) => ({ seq, at, event: event as unknown as RunEvent }))
}

function replayed(replay: () => readonly Moment[]): readonly Moment[] {
  try {
    return replay()
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error
    throw invalid('input.after', `is after an event that cannot be repeated: ${error.message.replace(/\.$/u, '')}`)
  }
}

/** Its state, its log, and what was written to its context. */
async function keepCopy(tx: Tx, id: string, moments: readonly Moment[], last: Moment): Promise<void> {
  await tx
    .updateTable('mandate.runs')
    .set({ state: JSON.stringify(last.state), status: last.state.status, seq: last.logged.seq })
    .where('id', '=', id)
    .execute()
  const events = moments.map(({ logged: { seq, at, event } }) => {
    return { run_id: id, seq, at, kind: event.kind, event: JSON.stringify(event) }
  })
  await tx.insertInto('mandate.run_events').values(events).execute()
  const writes = moments.flatMap(({ effects, logged: { at } }) =>
    effects.flatMap((effect) => (effect.kind === 'writeContext' ? [{ ...effect, at }] : [])),
  )
  if (writes.length === 0) return
  const rows = writes.map(({ path, value, by, step, at }, index) => {
    return { run_id: id, revision: index + 1, path, value: JSON.stringify(value), written_by: by, step, at }
  })
  await tx.insertInto('mandate.run_context').values(rows).execute()
}
