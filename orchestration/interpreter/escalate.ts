/** Retry, then another agent, then another role, then a person of the workflow's owner: the task and its clock stay the same. */
import { parseDuration } from '../../lib/duration.ts'
import type { EscalationLevel } from '../definition/model.ts'
import type { EscalationTrigger } from './effects.ts'
import type { TaskError } from './events.ts'
import { offer } from './offer.ts'
import type { Step } from './state.ts'
import { close, failStep } from './steps.ts'
import { type Turn, activityOf, emit } from './turn.ts'

/** Takes a failed attempt as its class says. */
export function takeFailure(turn: Turn, step: Step, error: TaskError): void {
  step.lastError = error
  if (error.nothingDone) step.innocent += 1
  if (step.holder !== null && !step.failed.includes(step.holder)) step.failed = [...step.failed, step.holder]
  emit(turn, 'task.attempt-failed', step, {
    class: error.class,
    code: error.code,
    message: error.message,
    attempt: step.attempt,
  })
  // Nobody needs it any more: what has failed is not done again.
  if (step.abandoned) {
    close(turn, step, error.nothingDone ? 'CANCELLED' : 'FAILED')
    return
  }
  switch (error.class) {
    case 'RETRYABLE':
      retry(turn, step, error.message)
      return
    case 'BUSINESS':
      escalate(turn, step, error.code === 'POLICY_DENIED' ? 'policy_denied' : 'business_failure', error.message)
      return
    case 'FATAL':
      failStep(turn, step, error.code, error.message)
      return
  }
}

/** Makes the attempt again after a while, as often as the definition allows at this level. */
export function retry(turn: Turn, step: Step, reason: string): void {
  const policy = activityOf(turn, step).retry
  step.charged += 1
  if (step.charged > policy.max) {
    escalate(turn, step, 'retries_exhausted', reason)
    return
  }
  const first = parseDuration(policy.backoff) ?? 0
  const most = parseDuration(policy.maxBackoff) ?? 0
  const waitMs = Math.min(most, first * policy.factor ** (step.charged - 1))
  offer(turn, step, new Date(turn.now.getTime() + waitMs))
}

/** Asks the next level. Behind the last one an operator has to decide. */
export function escalate(turn: Turn, step: Step, trigger: EscalationTrigger, reason: string): void {
  // What undoes something nobody else can do.
  if (step.undoes !== null) {
    failStep(turn, step, step.lastError?.code ?? 'FAILED', reason)
    return
  }
  const next = levelsOf(turn, step)[step.level]
  if (next === undefined) {
    failStep(turn, step, 'ESCALATION_EXHAUSTED', reason)
    return
  }
  step.level += 1
  step.charged = 0
  step.target = null
  step.votes = []
  if (next.to === 'another-agent') {
    const holder = step.holder === null ? [] : [step.holder]
    step.excluded = [...new Set([...step.excluded, ...step.failed, ...holder])]
  } else {
    step.candidates = [next.to.role]
    step.excluded = []
    step.manual = true
  }
  const to = next.to === 'another-agent' ? 'another agent' : next.to.role
  turn.effects.push({ kind: 'escalate', step: step.id, level: step.level, trigger, reason, to })
  offer(turn, step, null)
}

/** The levels of a step; the last is always a person of the workflow's owner. */
function levelsOf(turn: Turn, step: Step): readonly EscalationLevel[] {
  return [...activityOf(turn, step).escalation, { to: { role: turn.program.definition.owner } }]
}
