/** The mutation `writeContext`: for whoever works in the run now, and for operators; what was read must still be so where a writer asks for that. */
import { refusal } from '../../../lib/errors.ts'
import type { Work } from '../../../orchestration/engine/engine.ts'
import { isHolding } from '../holding.ts'
import { readJson } from '../read-arguments.ts'
import { readText } from '../read-names.ts'
import { type LockedRun, type RunInput, changesRun } from './change-run.ts'

interface WriteInput extends RunInput {
  readonly path: string
  readonly value: string
  readonly expectedRevision?: number | null
}

export const writeContext = changesRun<WriteInput>(async (input, run, { caller }, work) => {
  const value = readJson('input.value', input.value)
  const path = readText('input.path', input.path, 500)
  const held = Object.values(run.state.steps).find((step) => isHolding(step, caller.id))
  if (!held && !(caller.kind === 'person' && caller.scopes.includes('workflow:operate'))) {
    throw refusal('NOT_ELIGIBLE', 'Only who holds a task of the run writes to its context.', { run: run.id })
  }
  await requireRevision(work, run, input.expectedRevision ?? null)
  return { kind: 'contextWritten', path, value, by: caller.id, step: held?.id ?? null }
})

/** INVARIANT: the run is locked, so nobody writes between this look and the event. */
async function requireRevision({ tx }: Work, { id }: LockedRun, expected: number | null): Promise<void> {
  if (expected === null) return
  const row = await tx
    .selectFrom('mandate.run_context')
    .select('revision')
    .where('run_id', '=', id)
    .orderBy('revision', 'desc')
    .limit(1)
    .executeTakeFirst()
  const revision = row?.revision ?? 0
  if (revision === expected) return
  throw refusal('CONTEXT_CONFLICT', `The context is at revision ${revision}, not at ${expected}.`, {
    run: id,
    contextRevision: revision,
    expectedRevision: expected,
  })
}
