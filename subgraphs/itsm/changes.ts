/** Changes: what hangs on one, how one is drafted, moved along the path of its type, and decided by the change manager. */
import { refusal } from '../../lib/errors.ts'
import { requireReference, requireStep, requireVersion } from '../acts.ts'
import { invalid, optional, principal, readValues, required, text } from '../inputs.ts'
import { requireSecondPrincipal } from '../separation-of-duty.ts'
import { person } from '../stubs.ts'
import { changeSteps } from './change-states.ts'
import type { ChangeRecord, ExistingRecord, ItsmMutation, ItsmResolver } from './model.ts'

type ChangeResolver = ItsmResolver<ChangeRecord>
type State = ChangeRecord['state']

interface Window {
  readonly plannedStart?: string | null
  readonly plannedEnd?: string | null
}

interface StepInput extends ExistingRecord, Window {
  readonly state: State
  readonly closeCode?: ChangeRecord['closeCode']
  readonly closeNotes?: string | null
}

const creatable = {
  type: required(),
  shortDescription: required(text(160)),
  description: optional(text(32_000)),
  justification: optional(text(4_000)),
  implementationPlan: optional(text(32_000)),
  backoutPlan: optional(text(32_000)),
  risk: required(),
  assignmentGroup: optional(text(100)),
  assignedTo: optional(principal),
  plannedStart: optional(),
  plannedEnd: optional(),
}

/** Until a change is carried out, its window may still be set. */
const beforeTheWork: ReadonlySet<State> = new Set(['NEW', 'ASSESS', 'AUTHORIZE', 'SCHEDULED'])

export const changeFields = {
  number: (({ id }) => id) satisfies ChangeResolver,
  assignee: (({ assignedTo }) => person(assignedTo)) satisfies ChangeResolver,
  configurationItem: (({ configurationItemId }, _, { records }) =>
    records.load('ConfigurationItem', configurationItemId)) satisfies ChangeResolver,
}

export const createChange: ItsmMutation<
  Window & {
    readonly type: ChangeRecord['type']
    readonly risk: ChangeRecord['risk']
    readonly configurationItemId: string
    readonly assignmentGroup?: string | null
  }
> = async (_, args, { records, caller, now }, info) => {
  const { type, risk, configurationItemId, assignmentGroup } = args.input
  const found = await records.load('ConfigurationItem', configurationItemId)
  return records.change(info, args, async (apply) => {
    const item = requireReference(found, 'input.configurationItemId', configurationItemId)
    if (type === 'STANDARD' && risk !== 'LOW') throw invalid('input.risk', 'must be `LOW` for a `STANDARD` change')
    requireWindowInOrder(args.input, now)
    const input = { ...args.input, assignmentGroup: assignmentGroup ?? item.supportGroup }
    const values = {
      ...readValues(input, creatable),
      configurationItemId,
      state: 'NEW',
      approval: approvalOfNew(type),
      requestedBy: caller.onBehalfOf ?? caller.id,
      openedBy: caller.id,
    }
    return { change: await apply('Change', { kind: 'create', values }) }
  })
}

export const transitionChange: ItsmMutation<StepInput> = async (_, args, { records, now }, info) => {
  const { id, expectedVersion, state } = args.input
  const found = await records.load('Change', id)
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'Change', args.input)
    requireStep<State>(changeSteps[current.type], current.state, state, { entity: 'Change', id })
    requireWhatTheStateNeeds(args.input, current, now)
    const values = {
      state,
      ...readValues(args.input, {
        plannedStart: optional(),
        plannedEnd: optional(),
        closeNotes: optional(text(4_000)),
      }),
      ...traces(args.input, current, now),
    }
    return { change: await apply('Change', { kind: 'update', id, expectedVersion, values }) }
  })
}

export const approveChange: ItsmMutation<ExistingRecord & { readonly decision: 'APPROVED' | 'REJECTED' }> = async (
  _,
  args,
  { records, caller, now },
  info,
) => {
  const { id, expectedVersion, decision } = args.input
  const found = await records.load('Change', id)
  return records.change(info, args, async (apply) => {
    const current = requireVersion(found, 'Change', args.input)
    if (current.state !== 'AUTHORIZE') throw notWaiting(current)
    const doers = [current.requestedBy, current.openedBy, current.assignedTo]
    requireSecondPrincipal(caller, doers, 'decide a change that they requested or carry out')
    const state = decision === 'APPROVED' ? 'SCHEDULED' : 'NEW'
    const values = { state, approval: decision, approvedBy: caller.id, approvedAt: now }
    return { change: await apply('Change', { kind: 'update', id, expectedVersion, values }) }
  })
}

/** A standard change is approved as a kind, so nobody has to be asked for this one. */
function approvalOfNew(type: ChangeRecord['type']): ChangeRecord['approval'] {
  return type === 'STANDARD' ? 'APPROVED' : 'NOT_REQUESTED'
}

function requireWhatTheStateNeeds(input: StepInput, current: ChangeRecord, now: Date): void {
  for (const field of ['closeCode', 'closeNotes'] as const) {
    const given = input[field] != null
    if (input.state === 'CLOSED' && !given) throw invalid(`input.${field}`, 'is needed for `CLOSED`')
    if (input.state !== 'CLOSED' && given) throw invalid(`input.${field}`, 'is only for `CLOSED`')
  }
  for (const field of ['plannedStart', 'plannedEnd'] as const) {
    if (!beforeTheWork.has(input.state) && input[field] != null) {
      throw invalid(`input.${field}`, `cannot be set with the step to \`${input.state}\``)
    }
  }
  const planned = {
    plannedStart: input.plannedStart === undefined ? current.plannedStart : input.plannedStart,
    plannedEnd: input.plannedEnd === undefined ? current.plannedEnd : input.plannedEnd,
  }
  // What is approved is a change in its window, so the window must be there before.
  const needed = input.state === 'AUTHORIZE' || input.state === 'SCHEDULED'
  if (needed) {
    if (!planned.plannedStart) throw invalid('input.plannedStart', `is needed for \`${input.state}\``)
    if (!planned.plannedEnd) throw invalid('input.plannedEnd', `is needed for \`${input.state}\``)
  }
  if (needed || input.plannedStart != null || input.plannedEnd != null) requireWindowInOrder(planned, now)
}

/** Times are RFC 3339 in UTC, so their text sorts as they do. */
function requireWindowInOrder({ plannedStart, plannedEnd }: Window, now: Date): void {
  if (plannedEnd && plannedEnd <= now.toISOString()) throw invalid('input.plannedEnd', 'must be in the future')
  if (plannedStart && plannedEnd && plannedStart >= plannedEnd) {
    throw invalid('input.plannedEnd', 'must be after `plannedStart`')
  }
}

/** What a step writes beside the state. Back to NEW it must be asked for again. */
function traces({ state, closeCode }: StepInput, { type }: ChangeRecord, now: Date) {
  switch (state) {
    case 'NEW':
      return { approval: approvalOfNew(type), approvedBy: null, approvedAt: null }
    case 'AUTHORIZE':
      return { approval: 'REQUESTED' }
    case 'IMPLEMENT':
      return { actualStart: now }
    case 'REVIEW':
      return { actualEnd: now }
    case 'CLOSED':
      return { closeCode }
    case 'ASSESS':
    case 'SCHEDULED':
    case 'CANCELED':
      return {}
  }
}

function notWaiting({ id, type, state }: ChangeRecord) {
  return refusal(
    'ILLEGAL_TRANSITION',
    `The Change \`${id}\` is \`${state}\`; only one in state \`AUTHORIZE\` waits for a decision.`,
    { id, from: state, legal: changeSteps[type][state] },
  )
}
