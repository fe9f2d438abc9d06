/** Setting in motion what waits for somebody, for a time or for an event; each can be set in motion again. */
import { parseDuration } from '../../lib/duration.ts'
import { ExpressionError, evaluateExpression, evaluateMapping } from '../definition/expressions.ts'
import type { NodeOf } from '../definition/model.ts'
import { startClock } from './clock.ts'
import { offer } from './offer.ts'
import type { JsonObject } from '../../lib/json.ts'
import type { Step } from './state.ts'
import { type Turn, activityOf, stepOf, variablesAt } from './turn.ts'

/** Asks whoever is to work on the step. */
export function beginActivity(turn: Turn, step: Step): void {
  const activity = activityOf(turn, step)
  const undone = step.undoes === null ? null : stepOf(turn, step.undoes)
  const more: JsonObject = undone ? { task: undone.input, result: undone.result } : {}
  step.input = evaluateMapping(activity.input, variablesAt(turn, step, more))
  step.candidates = 'candidates' in activity ? activity.candidates : 'role' in activity ? [activity.role] : []
  startClock(turn, step)
  if (activity.type === 'subprocess') startChild(turn, step, activity.workflow)
  else offer(turn, step, null)
}

/** Starts the run of a subprocess, or starts it again. */
export function startChild(turn: Turn, step: Step, workflow: string): void {
  step.generation += 1
  step.state = 'IN_PROGRESS'
  turn.effects.push({ kind: 'startRun', step: step.id, generation: step.generation, workflow, input: step.input })
}

/** Sets the timer of a waiting step, or sets it again. */
export function setTimer(turn: Turn, step: Step, node: NodeOf<'timer'>): void {
  const at =
    node.until === undefined
      ? after(turn, node.for)
      : momentOf(node.until, evaluateExpression(node.until, variablesAt(turn, step)))
  step.generation += 1
  turn.effects.push({ kind: 'setTimer', step: step.id, timer: 'elapsed', generation: step.generation, at })
}

/** Waits for an event with the key that the definition says, or waits again. */
export function waitForEvent(turn: Turn, step: Step, node: NodeOf<'awaitEvent'>): void {
  step.input = { event: node.event, key: node.key === undefined ? null : keyOf(turn, step, node.key) }
  step.generation += 1
  if (!node.timeout) return
  const at = after(turn, node.timeout.after)
  turn.effects.push({ kind: 'setTimer', step: step.id, timer: 'timeout', generation: step.generation, at })
}

/** With its offset: without one, it would be another moment on another machine. */
const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/u

function after({ now }: Turn, duration: string | undefined): Date {
  return new Date(now.getTime() + (parseDuration(duration ?? '') ?? 0))
}

function momentOf(expression: string, value: unknown): Date {
  const at = typeof value === 'string' && rfc3339.test(value) ? new Date(value) : null
  if (at === null || Number.isNaN(at.getTime()))
    throw new ExpressionError(expression, 'a moment in time is a text like `2026-12-01T09:00:00Z`')
  return at
}

function keyOf(turn: Turn, step: Step, expression: string): string {
  const key: unknown = evaluateExpression(expression, variablesAt(turn, step))
  if (typeof key !== 'string' && typeof key !== 'number')
    throw new ExpressionError(expression, 'the key of an event is a text or a number')
  return String(key)
}
