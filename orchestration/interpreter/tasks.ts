/** What happens to tasks: claimed, done, failed, given back, handed over, asked about. */
import { ExpressionError, evaluateCondition } from '../definition/expressions.ts'
import { startOfferClock } from './clock.ts'
import { escalate, retry, takeFailure } from './escalate.ts'
import type { Doer, RunEvent, TaskError } from './events.ts'
import { isEngines, offer, runsItself } from './offer.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import type { Step } from './state.ts'
import { close, failStep, isTask, isUnderWay } from './steps.ts'
import { RefusedEvent, StaleEvent, type Turn, activityOf, emit, variablesAt } from './turn.ts'
import { complete } from './walk.ts'

type EventOf<Kind extends RunEvent['kind']> = Extract<RunEvent, { kind: Kind }>

/** A principal takes the task. */
export function claim(turn: Turn, step: Step, { by }: EventOf<'claimed'>): void {
  assertEligible(turn, step, by)
  step.attempt += 1
  step.holder = by.id
  step.state = 'CLAIMED'
  emit(turn, 'task.claimed', step, { by: by.id, attempt: step.attempt })
}

/** Throws where this principal may not have the task now. */
function assertEligible(turn: Turn, step: Step, by: Doer): void {
  if (step.readyAt !== null && new Date(step.readyAt) > turn.now) {
    throw new RefusedEvent('TASK_NOT_OPEN', `The task is ready at ${step.readyAt}.`)
  }
  if (step.kind === 'approval') throw new RefusedEvent('NOT_ELIGIBLE', 'An approval is voted on, not claimed.')
  if (isEngines(step)) throw new RefusedEvent('NOT_ELIGIBLE', 'The engine does it by itself.')
  assertCandidate(step, by)
}

function assertCandidate(step: Step, by: Doer): void {
  if (step.target !== null && step.target !== by.id)
    throw new RefusedEvent('TASK_TAKEN', 'The task is kept for somebody else.')
  if (step.excluded.includes(by.id)) throw new RefusedEvent('NOT_ELIGIBLE', 'Somebody else is to do the task.')
  if (step.target === by.id || by.roles.some((role) => step.candidates.includes(role))) return
  throw new RefusedEvent('NOT_ELIGIBLE', `The task is for ${step.candidates.join(', ')}.`)
}

/** INVARIANT: what an earlier holder says of the task changes nothing. */
export function assertHeld(step: Step, attempt: number): void {
  if (step.attempt !== attempt || step.holder === null)
    throw new RefusedEvent('LEASE_LOST', 'The task is somebody else’s, or is ready again.')
}

/** The work is done: what it gives is checked, and the run goes on. */
export function finish(turn: Turn, step: Step, result: Json): void {
  // What nobody needs any more was done nevertheless, and can only be undone.
  const broken = step.abandoned ? null : brokenCheck(turn, step, result)
  if (broken === null) complete(turn, step, result, 'COMPLETED')
  // A run of a subprocess is not made again by itself: all that it did would be done twice.
  else if (broken.code === 'EXPRESSION_FAILED' || isChild(step)) failStep(turn, step, broken.code, broken.message)
  else takeFailure(turn, step, broken)
}

const isChild = (step: Step): boolean => step.kind === 'subprocess' && isEngines(step)

/** The first check of the definition that the result breaks. */
function brokenCheck(turn: Turn, step: Step, result: Json): TaskError | null {
  const variables = variablesAt(turn, step, { result, task: step.input })
  try {
    const broken = activityOf(turn, step).checks.find(({ expect }) => !evaluateCondition(expect, variables))
    return broken ? { class: 'RETRYABLE', code: 'CHECK_FAILED', message: broken.message, nothingDone: false } : null
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    return { class: 'FATAL', code: 'EXPRESSION_FAILED', message: error.message, nothingDone: false }
  }
}

/** The holder gives the task back: the attempt is not charged. */
export function release(turn: Turn, step: Step): void {
  step.target = null
  offer(turn, step, null)
}

/** The holder was silent for too long. */
export function expireLease(turn: Turn, step: Step): void {
  const holder = step.holder
  if (holder !== null && !step.failed.includes(holder)) step.failed = [...step.failed, holder]
  emit(turn, 'task.lease-lost', step, { holder, attempt: step.attempt })
  retry(turn, step, `${holder ?? 'The holder'} was silent for longer than its lease.`)
}

/** The holder hands the task to somebody who can do it better. */
export function handOff(turn: Turn, step: Step, { to, note }: EventOf<'handedOff'>): void {
  const from = step.holder ?? 'nobody'
  if (to.principal !== undefined && to.role === undefined && step.excluded.includes(to.principal)) {
    throw new RefusedEvent('NOT_ELIGIBLE', `\`${to.principal}\` is not to do the task.`)
  }
  reassign(turn, step, to)
  turn.effects.push({ kind: 'handOff', step: step.id, from, to: to.principal ?? to.role ?? '', note })
}

/** Gives the task to a role, or keeps it for one principal. */
export function reassign(turn: Turn, step: Step, to: { readonly role?: string; readonly principal?: string }): void {
  if (to.role === undefined && to.principal === undefined) {
    throw new RefusedEvent('NOT_POSSIBLE', 'Say to whom: a role or a principal.')
  }
  if (!isTask(step.kind)) throw new RefusedEvent('NOT_POSSIBLE', 'Only tasks are given to somebody.')
  if (isUnderWay(step)) throw new RefusedEvent('NOT_POSSIBLE', 'The engine is doing it; wait until that has ended.')
  if (to.role !== undefined) {
    step.candidates = [to.role]
    step.excluded = []
  }
  step.excluded = step.excluded.filter((each) => each !== to.principal)
  step.target = to.principal ?? null
  // An operation that was given to somebody is not the engine's any more.
  step.manual = true
  offer(turn, step, null)
}

/** The holder cannot go on before somebody answers. */
export function requestInput(turn: Turn, step: Step, { question, from }: EventOf<'inputRequested'>): void {
  step.state = 'INPUT_REQUIRED'
  const candidates = [from ?? turn.program.definition.owner]
  step.question = { text: question, by: step.holder ?? '', candidates, answer: null }
  emit(turn, 'task.input-required', step, { question, candidates })
}

/** The answer is there: whoever asked has the task first. */
export function giveInput(turn: Turn, step: Step, answer: Json): void {
  if (step.question) step.question = { ...step.question, answer }
  backToHolder(turn, step)
}

/** The holder's act waits for people: the lease is parked. */
export function awaitApproval(turn: Turn, step: Step, approval: string): void {
  step.state = 'APPROVAL_REQUIRED'
  step.approval = approval
  emit(turn, step.abandoned ? 'task.approval-unneeded' : 'task.approval-required', step, { approval })
}

/** People have decided about the act that the task waits for. */
export function settleApproval(turn: Turn, step: Step, event: EventOf<'approvalSettled'>): void {
  if (step.approval !== event.approval) throw new StaleEvent('The task waits for another approval.')
  step.approval = null
  if (!runsItself(step)) {
    backToHolder(turn, step)
    return
  }
  const { status, message, result } = event
  if (status === 'SUCCEEDED') finish(turn, step, result)
  else
    takeFailure(turn, step, {
      class: 'BUSINESS',
      code: `APPROVAL_${status}`,
      message,
      nothingDone: status === 'REFUSED',
    })
}

function backToHolder(turn: Turn, step: Step): void {
  step.target = step.holder
  offer(turn, step, null)
}

/** Nobody who may have the task is there. */
export function giveUpOffer(turn: Turn, step: Step): void {
  escalate(turn, step, 'nobody_eligible', `Nobody who may do it is active: ${step.candidates.join(', ')}.`)
}

/** Nobody has come for whom the task was kept: everybody may have it. */
export function untarget(turn: Turn, step: Step): void {
  step.target = null
  step.generation += 1
  turn.effects.push({ kind: 'offer', step: step.id, generation: step.generation, after: null })
  startOfferClock(turn, step, activityOf(turn, step).deadlines.start)
  emit(turn, 'task.ready', step, { candidates: step.candidates, target: null, level: step.level })
}

/** One person's decision; the last one that is needed settles it. */
export function vote(turn: Turn, step: Step, { by, decision, comment }: EventOf<'voted'>): void {
  const node = activityOf(turn, step)
  if (node.type !== 'approval') throw new RefusedEvent('NOT_POSSIBLE', 'The step is no approval.')
  assertCandidate(step, by)
  if (by.kind !== 'person') throw new RefusedEvent('NOT_ELIGIBLE', 'Only people approve.')
  if (by.id === turn.state.startedBy)
    throw new RefusedEvent('NOT_ELIGIBLE', 'Whoever started the run does not approve in it.')
  if (step.votes.some((each) => each.by === by.id)) throw new RefusedEvent('NOT_ELIGIBLE', 'You have decided already.')
  step.votes = [...step.votes, { by: by.id, decision, comment }]
  emit(turn, 'task.voted', step, { by: by.id, decision })
  const votes: JsonObject[] = step.votes.map((each) => ({ ...each }))
  if (decision === 'reject') complete(turn, step, { decision: 'rejected', votes }, 'REJECTED')
  else if (step.votes.length >= node.quorum) complete(turn, step, { decision: 'approved', votes }, 'COMPLETED')
}

/** The run of a subprocess has ended. */
export function endChild(turn: Turn, step: Step, { generation, outcome, output }: EventOf<'childEnded'>): void {
  if (!isChild(step) || step.generation !== generation) {
    throw new StaleEvent('Another run was started for the step.')
  }
  if (outcome === 'success' || outcome === 'business_rejected') finish(turn, step, { outcome, output })
  else if (step.abandoned) close(turn, step, 'CANCELLED')
  else failStep(turn, step, 'SUBPROCESS_FAILED', `The run of the subprocess ended as ${outcome}.`)
}
