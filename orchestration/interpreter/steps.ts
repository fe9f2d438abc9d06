/** Steps come and go: what all kinds of them have in common. */
import { ExpressionError, evaluateMapping } from '../definition/expressions.ts'
import type { Activity, NodeType } from '../definition/model.ts'
import { writeContext } from './context.ts'
import { isEngines } from './offer.ts'
import type { JsonObject } from '../../lib/json.ts'
import { type Step, isOpen } from './state.ts'
import { RefusedEvent, type Turn, emit, variablesAt } from './turn.ts'

/** Adds a step; nothing is set in motion. */
export function addStep(turn: Turn, made: Pick<Step, 'id' | 'node' | 'kind' | 'scope'> & Partial<Step>): Step {
  const step: Step = {
    undoes: null,
    item: null,
    enteredAt: turn.now.toISOString(),
    state: 'WAITING',
    endedAt: null,
    input: {},
    result: null,
    attempt: 0,
    group: 0,
    innocent: 0,
    charged: 0,
    level: 0,
    candidates: [],
    manual: false,
    target: null,
    excluded: [],
    failed: [],
    holder: null,
    readyAt: null,
    generation: 0,
    votes: [],
    question: null,
    approval: null,
    pauses: [],
    alarms: [],
    lastError: null,
    incident: null,
    abandoned: false,
    doneAs: null,
    undone: false,
    rewound: false,
    arrived: [],
    items: [],
    ...made,
  }
  turn.state.steps[step.id] = step
  return step
}

/** Ends a step. */
export function close(turn: Turn, step: Step, state: Step['state']): void {
  step.state = state
  step.endedAt = turn.now.toISOString()
  step.incident = null
  if (isTask(step.kind)) emit(turn, `task.${state.toLowerCase()}`, step)
}

/**
 * Nobody needs the step any more: what is open of it ends, and what has failed is no operator's work now. What the engine has under way
 * cannot be called back: it ends by itself, and nothing follows from it.
 */
export function withdraw(turn: Turn, step: Step): void {
  step.incident = null
  if (!isOpen(step) || step.abandoned) return
  if (step.state === 'APPROVAL_REQUIRED') emit(turn, 'task.approval-unneeded', step, { approval: step.approval })
  if (isUnderWay(step)) {
    step.abandoned = true
    if (step.kind === 'subprocess') turn.effects.push({ kind: 'cancelRun', step: step.id })
  } else close(turn, step, 'CANCELLED')
}

/** Whether the engine has begun it, and what it does may already be done: an operation, also one that people decide about, or a run. */
export function isUnderWay(step: Step): boolean {
  return isEngines(step) && (step.state === 'IN_PROGRESS' || step.state === 'APPROVAL_REQUIRED')
}

/** Does the work; where an expression of the definition fails, the step waits for an operator. */
export function orIncident(turn: Turn, step: Step, work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof ExpressionError) && !(error instanceof RefusedEvent)) throw error
    failStep(turn, step, 'EXPRESSION_FAILED', error.message)
  }
}

/** The step cannot go on without an operator. */
export function failStep(turn: Turn, step: Step, code: string, message: string): void {
  close(turn, step, 'FAILED')
  step.incident = { code, message, at: turn.now.toISOString() }
  emit(turn, 'incident.opened', step, { code, message })
}

const tasks: ReadonlySet<NodeType> = new Set<NodeType>([
  'agentTask',
  'humanTask',
  'approval',
  'operation',
  'subprocess',
])

/** Whether a step of this kind is a task: somebody or something works on it. */
export const isTask = (kind: NodeType): boolean => tasks.has(kind)

/** Writes all, or nothing where one expression fails or one path does not take its value. */
export function writeOutputs(turn: Turn, step: Step, output: Activity['output'], more: JsonObject, by: string): void {
  const values = evaluateMapping(output, variablesAt(turn, step, more))
  const { state, effects } = turn
  const before = { context: state.context, effects: effects.length }
  try {
    for (const [path, value] of Object.entries(values)) writeContext(turn, { path, value, by, step: step.id })
  } catch (error) {
    state.context = before.context
    effects.length = before.effects
    throw error
  }
}
