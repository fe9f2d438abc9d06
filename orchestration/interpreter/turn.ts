/** One event being applied: a copy of the state that may be changed, and what has to happen outside because of it. */
import type { Activity, WorkflowDefinition, WorkflowNode } from '../definition/model.ts'
import { isActivity } from '../definition/model.ts'
import type { BusinessCalendar } from '../sla/calendar.ts'
import type { Effect } from './effects.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { RunState, Step } from './state.ts'

/** A definition ready to run. */
export interface Program {
  readonly definition: WorkflowDefinition
  readonly calendar: BusinessCalendar
}

export interface Turn {
  readonly program: Program
  readonly state: RunState
  readonly effects: Effect[]
  readonly now: Date
  /** How many nodes this event has entered. */
  entered: number
}

/** An event that cannot be: who sent it is told why. */
export class RefusedEvent extends Error {
  readonly code: RefusalCode
  constructor(code: RefusalCode, message: string) {
    super(message)
    this.name = 'RefusedEvent'
    this.code = code
  }
}

export type RefusalCode =
  'RUN_NOT_OPEN' | 'TASK_UNKNOWN' | 'TASK_NOT_OPEN' | 'TASK_TAKEN' | 'NOT_ELIGIBLE' | 'LEASE_LOST' | 'NOT_POSSIBLE'

/** Something came too late to matter. */
export class StaleEvent extends Error {}

export function stepOf({ state }: Turn, id: string): Step {
  const step = Object.hasOwn(state.steps, id) ? state.steps[id] : undefined
  if (!step) throw new RefusedEvent('TASK_UNKNOWN', `The run has no step \`${id}\`.`)
  return step
}

/** The activity of a step: of its node, of the list that it belongs to, or the compensation that it is. */
export function activityOf({ program: { definition }, state }: Turn, step: Step): Activity {
  if (step.undoes !== null) {
    const compensation = definition.compensations[step.node]
    if (compensation) return compensation
  }
  const node = step.item === null ? definition.nodes[step.node] : listOf(definition, state, step)
  if (node && isActivity(node)) return node
  // INVARIANT: a definition is checked before it is published, and a run keeps its version.
  throw new Error(`The step ${step.id} has no activity.`)
}

function listOf(definition: WorkflowDefinition, state: RunState, step: Step): Activity | undefined {
  const node = definition.nodes[state.steps[step.item?.parent ?? '']?.node ?? '']
  return node?.type === 'forEach' ? node.do : undefined
}

export function nodeOf({ program: { definition } }: Turn, id: string): WorkflowNode {
  const node = Object.hasOwn(definition.nodes, id) ? definition.nodes[id] : undefined
  if (!node) throw new RefusedEvent('NOT_POSSIBLE', `The workflow has no node \`${id}\`.`)
  return node
}

/** What names one doing of the step to the systems: the same for every attempt that could have been the one that counted. */
export function stepKey({ runId }: Pick<RunState, 'runId'>, step: Pick<Step, 'id' | 'group'>): string {
  return `${runId}:${step.id}:${step.group}`
}

/** What expressions see at a step. */
export function variablesAt({ state }: Pick<Turn, 'state'>, step: Step | null, more: JsonObject = {}): JsonObject {
  const { runId, businessKey, startedAt, input, context } = state
  const item = step?.item
  return {
    input,
    context,
    run: { id: runId, businessKey, startedAt },
    ...(step === null ? {} : { step: { key: stepKey(state, step), attempt: step.attempt } }),
    ...(item ? { item: item.value, index: item.index } : {}),
    ...more,
  }
}

export function emit(turn: Turn, name: string, step: Step | null, data: JsonObject = {}): void {
  turn.effects.push({ kind: 'emit', name, step: step?.id ?? null, data })
}
