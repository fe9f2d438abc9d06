/** What must hold of every run in the database, whatever has happened to it: a test proves it of each run that it has made. */
import { expect } from 'vitest'
import { definitionSchema } from '../../orchestration/definition/model.ts'
import { programOf } from '../../orchestration/engine/programs.ts'
import type { RunEvent } from '../../orchestration/interpreter/events.ts'
import { type Moment, replay } from '../../orchestration/interpreter/replay.ts'
import { type RunState, isOver } from '../../orchestration/interpreter/state.ts'
import { isTask } from '../../orchestration/interpreter/steps.ts'
import { always } from '../../orchestration/sla/calendar.ts'
import type { Database } from '../../storage/database.ts'
import { until } from './until.ts'

type Store = Pick<Database, 'kysely'>

/** Waits until all these runs are over. */
export async function allOver({ kysely }: Store, runs: readonly string[], timeoutMs = 30_000): Promise<void> {
  let open: readonly { id: string; state: unknown }[] = []
  try {
    await until(async () => {
      open = await kysely
        .selectFrom('mandate.runs')
        .select(['id', 'state'])
        .where('id', 'in', runs)
        .where('ended_at', 'is', null)
        .execute()
      return open.length === 0
    }, timeoutMs)
  } catch {
    const stuck = open.map(({ id, state }) => `${id} ${JSON.stringify(brief(state as RunState))}`)
    throw new Error(`Runs do not end:\n${stuck.slice(0, 5).join('\n')}`)
  }
}

function brief({ status, steps, deferred }: RunState) {
  const all = Object.values(steps).map(
    ({ id, state, attempt, generation, holder, incident }) =>
      `${id} ${state} #${attempt} g${generation} ${holder ?? ''} ${incident?.message ?? ''}`,
  )
  return { status, all, deferred }
}

/** The log gives the state; the rows of tasks, attempts, notices and context say the same; nobody held a task with somebody else. */
export async function proveRun(store: Store, run: string): Promise<RunState> {
  const { kysely } = store
  const row = await kysely.selectFrom('mandate.runs').selectAll().where('id', '=', run).executeTakeFirstOrThrow()
  const state = row.state as unknown as RunState
  const moments = await replayed(store, row)
  expect(moments.at(-1)?.state).toEqual(state)
  expect(row).toMatchObject({ seq: state.version, status: state.status, outcome: state.outcome })
  expect(row.ended_at !== null).toBe(isOver(state))
  const effects = moments.flatMap((moment) => moment.effects)
  const notices = await kysely.selectFrom('mandate.run_notices').select('name').where('run_id', '=', run).execute()
  expect(notices).toHaveLength(effects.filter(({ kind }) => ['emit', 'escalate', 'handOff'].includes(kind)).length)
  const written = effects.flatMap((effect) => (effect.kind === 'writeContext' ? [[effect.path, effect.value]] : []))
  const revisions = await kysely
    .selectFrom('mandate.run_context')
    .select(['path', 'value'])
    .where('run_id', '=', run)
    .orderBy('revision')
    .execute()
  expect(revisions.map(({ path, value }) => [path, value])).toEqual(written)
  await proveTasks(store, run, state)
  await proveAttempts(store, run, state)
  return state
}

async function replayed(
  { kysely }: Store,
  row: { id: string; workflow: string; workflow_version: number; business_key: string | null },
): Promise<readonly Moment[]> {
  const { definition } = await kysely
    .selectFrom('mandate.workflow_definitions')
    .select('definition')
    .where('key', '=', row.workflow)
    .where('version', '=', row.workflow_version)
    .executeTakeFirstOrThrow()
  const events = await kysely
    .selectFrom('mandate.run_events')
    .select(['seq', 'at', 'event'])
    .where('run_id', '=', row.id)
    .orderBy('seq')
    .execute()
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
  const program = programOf(definitionSchema.parse(definition), new Map([['always', always]]))
  const run = { runId: row.id, workflow: row.workflow, businessKey: row.business_key }
  const log = events.map(({ seq, at, event }) => ({ seq, at, event: event as unknown as RunEvent }))
  return [...replay(program, run, log)]
}

async function proveTasks({ kysely }: Store, run: string, state: RunState): Promise<void> {
  const rows = await kysely.selectFrom('mandate.tasks').selectAll().where('run_id', '=', run).execute()
  const time = (at: string | null) => (at === null ? null : new Date(at))
  const expected = Object.values(state.steps)
    .filter(({ kind }) => isTask(kind))
    .map(({ id, node, kind, ...step }) => ({
      ...{ step: id, node, kind, state: step.state, candidates: step.candidates, target: step.target },
      ...{ excluded: step.excluded, holder: step.holder, attempt: step.attempt, level: step.level },
      ...{ generation: step.generation, input: step.input, question: step.question, approval: step.approval },
      ...{ incident: step.incident, ready_at: time(step.readyAt), ended_at: time(step.endedAt) },
    }))
  const byStep = <T extends { step: string }>(list: readonly T[]) =>
    Object.fromEntries(list.map((one) => [one.step, one]))
  expect(Object.keys(byStep(rows)).sort()).toEqual(Object.keys(byStep(expected)).sort())
  expect(byStep(rows)).toMatchObject(byStep(expected))
}

async function proveAttempts({ kysely }: Store, run: string, state: RunState): Promise<void> {
  const rows = await kysely
    .selectFrom('mandate.task_attempts')
    .selectAll()
    .where('run_id', '=', run)
    .orderBy('step')
    .orderBy('n')
    .execute()
  for (const [id, attempts = []] of Object.entries(Object.groupBy(rows, ({ step }) => step))) {
    const step = state.steps[id]
    expect(attempts.map(({ n }) => n)).toEqual(attempts.map((_, index) => index + 1))
    expect(attempts).toHaveLength(step?.attempt ?? -1)
    // The end of one is not after the beginning of the next: nobody held the task together with somebody else.
    for (const [index, next] of attempts.slice(1).entries()) {
      expect(attempts[index]?.ended_at?.getTime()).toBeLessThanOrEqual(next.leased_at.getTime())
    }
    const open = attempts.filter(({ ended_at }) => ended_at === null)
    const isHeld = step?.state === 'CLAIMED' || step?.state === 'IN_PROGRESS'
    expect(open.map(({ n }) => n)).toEqual(isHeld ? [step.attempt] : [])
    expect(attempts.slice(0, -1).every(({ outcome }) => outcome !== null)).toBe(true)
  }
}

/** How often each step of a run was completed, by its log. */
export async function completions({ kysely }: Store, run: string): Promise<Readonly<Record<string, number>>> {
  const rows = await kysely
    .selectFrom('mandate.run_notices')
    .select('step')
    .where('run_id', '=', run)
    .where('name', '=', 'task.completed')
    .execute()
  return Object.fromEntries(
    Object.entries(Object.groupBy(rows, ({ step }) => step ?? '')).map(([step, each = []]) => [step, each.length]),
  )
}
