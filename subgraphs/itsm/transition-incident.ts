/** Moves an incident from state to state: what each state needs, and what it leaves behind. */
import { requireStep, requireVersion } from '../acts.ts'
import { invalid, optional, readValues, text } from '../inputs.ts'
import { incidentSteps } from './incident-states.ts'
import type { ExistingRecord, IncidentRecord, ItsmMutation } from './model.ts'

interface StepInput extends ExistingRecord {
  readonly state: IncidentRecord['state']
  readonly onHoldReason?: IncidentRecord['onHoldReason']
  readonly comment?: string | null
  readonly closeCode?: IncidentRecord['closeCode']
  readonly closeNotes?: string | null
}

export const transitionIncident: ItsmMutation<StepInput> = async (_, args, { records, caller, now }, info) => {
  const { id, expectedVersion, state } = args.input
  const found = await records.load('Incident', id)
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'Incident', args.input)
    requireStep<IncidentRecord['state']>(incidentSteps, current.state, state, { entity: 'Incident', id })
    requireWhatTheStateNeeds(args.input)
    const { comment } = readValues(args.input, { comment: optional(text(32_000)), closeNotes: optional(text(4_000)) })
    const values = { state, onHoldReason: args.input.onHoldReason ?? null, ...traces(args.input, current, now) }
    const incident = await apply('Incident', { kind: 'update', id, expectedVersion, values })
    if (comment !== undefined && comment !== null) {
      const note = { incidentId: id, kind: 'COMMENT', text: comment, authorId: caller.id }
      await apply('WorkNote', { kind: 'create', values: note })
    }
    return { incident }
  })
}

/** Refuses what is missing, and what belongs to another state. */
function requireWhatTheStateNeeds(input: StepInput): void {
  const given = (field: 'onHoldReason' | 'closeCode' | 'closeNotes' | 'comment') => input[field] != null
  for (const field of ['closeCode', 'closeNotes'] as const) {
    if (input.state === 'RESOLVED' && !given(field)) throw invalid(`input.${field}`, 'is needed for `RESOLVED`')
    if (input.state !== 'RESOLVED' && given(field)) throw invalid(`input.${field}`, 'is only for `RESOLVED`')
  }
  if (input.state === 'ON_HOLD' && !given('onHoldReason')) {
    throw invalid('input.onHoldReason', 'is needed for `ON_HOLD`')
  }
  if (input.state !== 'ON_HOLD' && given('onHoldReason')) throw invalid('input.onHoldReason', 'is only for `ON_HOLD`')
  if (input.onHoldReason === 'AWAITING_CALLER' && !given('comment')) {
    throw invalid('input.comment', 'is needed for `AWAITING_CALLER`: it tells the caller what is awaited')
  }
}

/** What a step writes beside the state. Going back from RESOLVED takes the solution away: it was none. */
function traces({ state, closeCode, closeNotes }: StepInput, current: IncidentRecord, now: Date) {
  switch (state) {
    case 'RESOLVED':
      return { closeCode, closeNotes, resolvedAt: now }
    case 'CLOSED':
    case 'CANCELED':
      return { closedAt: now }
    case 'IN_PROGRESS':
      return current.state === 'RESOLVED'
        ? { closeCode: null, closeNotes: null, resolvedAt: null, reopenCount: current.reopenCount + 1 }
        : {}
    case 'NEW':
    case 'ON_HOLD':
      return {}
  }
}
