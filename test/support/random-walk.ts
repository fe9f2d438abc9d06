/** Random lives of runs: what holders, the engine, operators and chance may do, also too late, twice, or to what they do not have. */
import fc from 'fast-check'
import type { RunEvent, TaskError } from '../../orchestration/interpreter/events.ts'
import { isEngines } from '../../orchestration/interpreter/offer.ts'
import type { Json } from '../../lib/json.ts'
import { type Step, isOpen } from '../../orchestration/interpreter/state.ts'
import { isTask } from '../../orchestration/interpreter/steps.ts'
import { good, goodFor } from './drive-run.ts'
import { type Simulator, everybody } from './orchestration.ts'

/** One thing that happens; what its numbers mean depends on where the run stands. */
export interface Chance {
  readonly what: number
  readonly which: number
  readonly how: number
}

const number = fc.nat(1_000_000)
export const chances = (most: number) =>
  fc.array(fc.record({ what: number, which: number, how: number }), {
    minLength: most / 4,
    maxLength: most,
    size: 'max',
  })

const pick = <T>(items: readonly T[], at: number): T | undefined => items[at % Math.max(1, items.length)]

const by = 'person:pat'
const results: readonly Json[] = [good, good, { n: 2, ok: false }, { ok: true }, null]
const errors: readonly TaskError[] = (['RETRYABLE', 'BUSINESS', 'FATAL'] as const).flatMap((kind) =>
  [true, false].map((nothingDone) => ({ class: kind, code: `${kind}_ERROR`, message: 'No.', nothingDone })),
)
const roles = ['clerk', 'senior', 'boss', 'owner', 'nobody']
const paths = ['fixed', 'total', 'a.b', 'most', 'constructor', '__proto__', 'a..b']

type Act = (run: Simulator, which: number, how: number) => RunEvent | undefined

function anyStep({ state }: Simulator, which: number): Step | undefined {
  const steps = Object.values(state.steps)
  const open = steps.filter((step) => isOpen(step) || step.incident !== null)
  return which % 5 === 0 ? pick(steps, which) : pick(open, which)
}

const held =
  (make: (step: string, attempt: number, how: number) => RunEvent): Act =>
  (run, which, how) => {
    const step = anyStep(run, which)
    // Mostly the attempt that there is, sometimes the one before or one that will be.
    return step && make(step.id, step.attempt + (how % 7 === 0 ? -1 : how % 11 === 0 ? 1 : 0), how)
  }

const done =
  (make: (step: Step, how: number) => RunEvent): Act =>
  (run, which, how) => {
    const step = anyStep(run, which)
    return step && make(step, how)
  }

/** What somebody says of some step. */
const said: readonly Act[] = [
  done(({ id }, how) => ({ kind: 'claimed', step: id, by: pick(everybody, how)! })),
  done(({ id }, how) => ({ kind: 'claimed', step: id, by: pick(everybody, how)! })),
  held((step, attempt) => ({ kind: 'begun', step, attempt })),
  held((step, attempt, how) => ({ kind: 'completed', step, attempt, result: pick(results, how)! })),
  held((step, attempt, how) => ({ kind: 'failed', step, attempt, error: pick(errors, how)! })),
  held((step, attempt) => ({ kind: 'released', step, attempt })),
  held((step, attempt) => ({ kind: 'leaseExpired', step, attempt })),
  held((step, attempt, how) => ({
    kind: 'handedOff',
    step,
    attempt,
    to: how % 2 === 0 ? { role: pick(roles, how)! } : { principal: pick(everybody, how)!.id },
    note: '',
  })),
  held((step, attempt) => ({ kind: 'escalated', step, attempt, reason: 'Too hard.' })),
  held((step, attempt) => ({ kind: 'inputRequested', step, attempt, question: 'Which?', from: null })),
  held((step, attempt) => ({ kind: 'approvalAwaited', step, attempt, approval: `approval-${step}-${attempt}` })),
  done(({ id }) => ({ kind: 'inputGiven', step: id, by, answer: 'This.' })),
  done(({ id, approval }, how) => ({
    kind: 'approvalSettled',
    step: id,
    approval: how % 5 === 0 ? 'another' : (approval ?? 'none'),
    status: pick(['SUCCEEDED', 'FAILED', 'REFUSED'] as const, how)!,
    result: good,
    message: 'Decided.',
  })),
  done(({ id }, how) => ({
    kind: 'voted',
    step: id,
    by: pick(everybody, how)!,
    decision: how % 3 === 0 ? 'reject' : 'approve',
    comment: null,
  })),
]

/** What the engine brings: also for what is past, and for steps that have no such thing. */
const brought: readonly Act[] = [
  ({ invocations }, which, how) => {
    const due = pick(invocations, which)
    // A worker that dies before it has told anybody leaves its job to the next.
    if (due && how % 4 !== 0) invocations.splice(invocations.indexOf(due), 1)
    return due && { kind: 'invoked', step: due.step, generation: due.generation, by: 'agent:engine' }
  },
  ({ flights }, which, how) => {
    const flight = pick(flights, which)
    if (flight && how % 4 !== 0) flights.splice(flights.indexOf(flight), 1)
    return flight && { kind: 'completed', ...flight, result: pick(results, how)! }
  },
  ({ flights }, which, how) => {
    const flight = pick(flights, which)
    if (flight) flights.splice(flights.indexOf(flight), 1)
    return flight && { kind: 'failed', ...flight, error: pick(errors, how)! }
  },
  ({ timers }, which, how) => {
    const timer = pick(timers, which)
    if (timer && how % 4 !== 0) timers.splice(timers.indexOf(timer), 1)
    return timer && { kind: 'timerFired', step: timer.step, timer: timer.timer, generation: timer.generation }
  },
  ({ children }, which, how) => {
    const child = pick(children, which)
    if (child && how % 4 !== 0) children.splice(children.indexOf(child), 1)
    const outcome = pick(['success', 'failed', 'cancelled', 'business_rejected'] as const, how)!
    return child && { kind: 'childEnded', step: child.step, generation: child.generation, outcome, output: {} }
  },
  done(({ id, generation }) => ({ kind: 'nobodyEligible', step: id, generation })),
  done(({ id, generation }, how) => ({
    kind: 'timerFired',
    step: id,
    timer: pick(['start', 'at-risk', 'completion', 'timeout', 'untarget'] as const, how)!,
    generation: generation - (how % 2),
  })),
  done(({ id, generation }, how) => ({
    kind: 'invoked',
    step: id,
    generation: generation - 1 - (how % 2),
    by: 'agent:x',
  })),
  done(({ id }) => ({ kind: 'childEnded', step: id, generation: 0, outcome: 'success', output: {} })),
  ({ log }, which) => pick(log, which)?.event,
]

/** What comes from outside, and what operators do. */
const decided: readonly Act[] = [
  (_, which, how) => ({
    kind: 'signalled',
    event: 'paid',
    key: which % 2 ? 'k' : null,
    payload: pick(results, how)!,
    by,
  }),
  (_, which, how) => ({
    kind: 'contextWritten',
    path: pick(paths, which)!,
    value: which % 7 === 0 ? how % 2 === 0 : how,
    by,
    step: null,
  }),
  () => ({ kind: 'suspended', by, reason: '' }),
  () => ({ kind: 'resumed', by }),
  (_, which) => (which % 4 === 0 ? { kind: 'cancelled', by, reason: '' } : { kind: 'resumed', by }),
  done(({ id }) => ({ kind: 'retried', step: id, by })),
  done(({ id }, how) => ({ kind: 'skipped', step: id, by, result: pick(results, how)! })),
  done(({ id }, how) => ({
    kind: 'reassigned',
    step: id,
    by,
    to: how % 2 === 0 ? { role: pick(roles, how)! } : { principal: pick(everybody, how)!.id },
  })),
  ({ program }, which) => ({ kind: 'rewound', node: pick(Object.keys(program.definition.nodes), which)!, by }),
]

const ofHolder = [
  'begun',
  'completed',
  'failed',
  'released',
  'leaseExpired',
  'escalated',
  'inputRequested',
  'approvalAwaited',
]

/** What may well happen to a step as it stands. */
const fitting: Act = (run, which, how) => {
  const { state } = run
  if (state.status === 'SUSPENDED' && how % 4 === 0) return { kind: 'resumed', by }
  const step = pick(
    Object.values(state.steps).filter((each) => isTask(each.kind) && (isOpen(each) || each.incident !== null)),
    which,
  )
  if (!step) return undefined
  if (isEngines(step) && step.state === 'IN_PROGRESS') return ofEngine(run, step, how)
  const isHeld = step.holder !== null && (step.state === 'CLAIMED' || step.state === 'IN_PROGRESS')
  if (!isHeld) return goodFor(run, step)
  const kind = pick(ofHolder, how)
  return said
    .map((act) => act(run, Object.keys(state.steps).indexOf(step.id) * 5, how))
    .find((event) => event?.kind === kind)
}

function ofEngine(
  { flights, children }: Simulator,
  { id, attempt, generation }: Step,
  how: number,
): RunEvent | undefined {
  const child = children.find((each) => each.step === id && each.generation === generation)
  if (child) {
    children.splice(children.indexOf(child), 1)
    const outcome = how % 3 === 0 ? 'failed' : 'success'
    return { kind: 'childEnded', step: id, generation, outcome, output: { n: 1, ok: true } }
  }
  const flight = flights.find((each) => each.step === id && each.attempt === attempt)
  if (!flight) return undefined
  flights.splice(flights.indexOf(flight), 1)
  if (how % 5 === 0) return { kind: 'approvalAwaited', ...flight, approval: `approval-${id}-${attempt}` }
  if (how % 5 < 3) return { kind: 'completed', ...flight, result: pick(results, how)! }
  return { kind: 'failed', ...flight, error: pick(errors, how)! }
}

/** The event that chance brings: half of the time one that fits. */
export function eventOf(run: Simulator, { what, which, how }: Chance): RunEvent | undefined {
  const group = what % 10
  const acts = group < 5 ? [fitting] : group < 6 ? said : group < 9 ? brought : decided
  return pick(acts, Math.floor(what / 10))?.(run, which, how)
}

/** What turns the life of a run, once: it is cancelled, goes back, or stands still. */
export function turnOf(run: Simulator, { which, how }: Chance): RunEvent | undefined {
  const visited = Object.values(run.state.steps).filter(({ scope, item, undoes }) => !scope.length && !item && !undoes)
  const node = pick(visited, which)?.node
  const turns: readonly (RunEvent | undefined)[] = [
    { kind: 'cancelled', by, reason: '' },
    node === undefined ? undefined : { kind: 'rewound', node, by },
    { kind: 'suspended', by, reason: '' },
    undefined,
  ]
  return pick(turns, how)
}
