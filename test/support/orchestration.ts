/** Workflows in memory: programs from a few lines of YAML, and runs whose offers, timers and invocations a test lets happen in any order. */
import { parse } from 'yaml'
import { definitionSchema } from '../../orchestration/definition/model.ts'
import { type Applied, apply } from '../../orchestration/interpreter/apply.ts'
import type { Effect } from '../../orchestration/interpreter/effects.ts'
import type { Doer, RunEvent, TaskError, TimerKind } from '../../orchestration/interpreter/events.ts'
import type { LoggedEvent } from '../../orchestration/interpreter/replay.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { type RunState, type Step, initialState } from '../../orchestration/interpreter/state.ts'
import type { Program } from '../../orchestration/interpreter/turn.ts'
import { always, type BusinessCalendar } from '../../orchestration/sla/calendar.ts'

type Parts = Readonly<Record<string, Record<string, unknown>>>

/** A program from YAML, or from what such YAML would say. Keys, titles and the owner are filled in where they do not matter. */
export function program(source: string | object, calendar: BusinessCalendar = always): Program {
  const given = (typeof source === 'string' ? parse(source) : source) as { nodes: Parts; compensations?: Parts }
  const definition = definitionSchema.parse({
    key: 'sample',
    title: 'Sample',
    owner: 'owner',
    ...given,
    nodes: titled(given.nodes),
    compensations: titled(given.compensations ?? {}),
  })
  return { definition, calendar }
}

const untitled = new Set(['end', 'join'])

function titled(nodes: Parts): Parts {
  return Object.fromEntries(
    Object.entries(nodes).map(([id, node]) => [
      id,
      {
        ...(untitled.has(String(node['type'])) ? {} : { title: id }),
        ...node,
        ...('do' in node ? { do: { title: id, ...(node['do'] as object) } } : {}),
      },
    ]),
  )
}

const doer = (kind: Doer['kind'], name: string, ...roles: string[]): Doer => ({ id: `${kind}:${name}`, kind, roles })
/** Who works on tasks in tests. */
export const ada = doer('agent', 'ada', 'clerk')
export const bob = doer('agent', 'bob', 'clerk')
export const sam = doer('agent', 'sam', 'senior')
export const pat = doer('person', 'pat', 'owner', 'boss')
export const quinn = doer('person', 'quinn', 'boss')
export const ray = doer('person', 'ray', 'boss')
export const everybody: readonly Doer[] = [ada, bob, sam, pat, quinn, ray]

const error = (kind: TaskError['class'], nothingDone: boolean): TaskError => ({
  class: kind,
  code: `${kind}_ERROR`,
  message: 'It did not work.',
  nothingDone,
})
export const retryable = error('RETRYABLE', false)
export const business = error('BUSINESS', false)
export const fatal = error('FATAL', false)
export const refusedAtOnce = error('FATAL', true)

/** The moment at which every run starts. */
export const dawn = new Date('2026-06-01T09:00:00.000Z')

type Timer = Extract<Effect, { kind: 'setTimer' }>
type Child = Extract<Effect, { kind: 'startRun' }>
type Invocation = Extract<Effect, { kind: 'invoke' }>
type EventOf<Kind extends RunEvent['kind']> = Extract<RunEvent, { kind: Kind }>
type Notice = Extract<Effect, { kind: 'emit' }>

/** One run, with everything outside that its effects have set in motion. */
export class Simulator {
  readonly program: Program
  state: RunState
  now = dawn
  readonly log: LoggedEvent[] = []
  readonly effects: Effect[] = []
  /** In motion: set, and not yet fired, begun or ended. */
  readonly timers: Timer[] = []
  readonly invocations: Invocation[] = []
  readonly children: (Child & { cancelled: boolean })[] = []
  /** Operations that run, by their attempt. */
  readonly flights: { readonly step: string; readonly attempt: number }[] = []

  constructor(given: Program, businessKey: string | null = null) {
    this.program = given
    this.state = initialState({ runId: 'run-1', workflow: given.definition.key, businessKey })
  }

  /** Brings an event, and keeps what it sets in motion. */
  send(event: RunEvent): Applied {
    const applied = apply(this.program, this.state, event, this.now)
    if (applied.outcome !== 'applied') return applied
    this.state = applied.state
    this.log.push({ seq: applied.state.version, at: this.now, event })
    this.effects.push(...applied.effects)
    for (const effect of applied.effects) this.#setInMotion(effect)
    return applied
  }

  #setInMotion(effect: Effect): void {
    if (effect.kind === 'setTimer') this.timers.push(effect)
    if (effect.kind === 'invoke') this.invocations.push(effect)
    if (effect.kind === 'startRun') this.children.push({ ...effect, cancelled: false })
    if (effect.kind === 'cancelRun') for (const child of this.#childrenOf(effect.step)) child.cancelled = true
  }

  #childrenOf(id: string) {
    return this.children.filter(({ step }) => step === id)
  }

  /** Brings an event that must be taken. */
  must(event: RunEvent): this {
    const applied = this.send(event)
    if (applied.outcome !== 'applied') throw new Error(`\`${event.kind}\` was ${applied.outcome}: ${applied.reason}`)
    return this
  }

  /** What became of an event in one word: `applied`, `ignored`, or the code of its refusal. */
  try(event: RunEvent): string {
    const applied = this.send(event)
    return applied.outcome === 'refused' ? applied.code : applied.outcome
  }

  start(input: JsonObject = {}): this {
    return this.must({ kind: 'started', by: 'person:starter', input })
  }

  step(id: string): Step {
    const step = this.state.steps[id]
    if (!step) throw new Error(`There is no step ${id}, only ${Object.keys(this.state.steps).join(', ')}.`)
    return step
  }

  /** The state of each step, in the order in which they were entered. */
  get states(): Readonly<Record<string, string>> {
    return Object.fromEntries(Object.values(this.state.steps).map(({ id, state }) => [id, state]))
  }

  /** The names of what was told about a step. */
  told(step: string | null): readonly string[] {
    return this.notices.filter((notice) => notice.step === step).map(({ name }) => name)
  }

  get notices(): readonly Notice[] {
    return this.effects.filter((effect) => effect.kind === 'emit')
  }

  claim(step: string, by: Doer = ada): this {
    return this.must({ kind: 'claimed', step, by })
  }

  /** What the present holder says. */
  held(kind: 'begun' | 'released' | 'leaseExpired', step: string): this {
    return this.must({ kind, step, attempt: this.step(step).attempt })
  }

  complete(step: string, result: Json = {}): this {
    this.#land(step, this.step(step).attempt)
    return this.must({ kind: 'completed', step, attempt: this.step(step).attempt, result })
  }

  fail(step: string, why: TaskError = retryable): this {
    this.#land(step, this.step(step).attempt)
    return this.must({ kind: 'failed', step, attempt: this.step(step).attempt, error: why })
  }

  /** Claims and completes. */
  do(step: string, result: Json = {}, by: Doer = ada): this {
    return this.claim(step, by).complete(step, result)
  }

  vote(step: string, by: Doer, decision: 'approve' | 'reject' = 'approve'): this {
    return this.must({ kind: 'voted', step, by, decision, comment: null })
  }

  /** The engine begins the operation of a step. */
  invoke(step: string, by = 'agent:engine'): this {
    const at = this.invocations.findLastIndex((invocation) => invocation.step === step)
    const [invocation] = this.invocations.splice(at, at === -1 ? 0 : 1)
    if (!invocation) throw new Error(`No operation of ${step} is to be run.`)
    this.must({ kind: 'invoked', step, generation: invocation.generation, by })
    this.flights.push({ step, attempt: this.step(step).attempt })
    return this
  }

  #land(id: string, attempt: number): void {
    const at = this.flights.findIndex((flight) => flight.step === id && flight.attempt === attempt)
    if (at !== -1) this.flights.splice(at, 1)
  }

  /** Begins and completes the operation. */
  run(step: string, result: Json = {}): this {
    return this.invoke(step).complete(step, result)
  }

  endChild(step: string, outcome: EventOf<'childEnded'>['outcome'] = 'success', output: JsonObject = {}): this {
    const at = this.children.findLastIndex((child) => child.step === step)
    const [child] = this.children.splice(at, at === -1 ? 0 : 1)
    if (!child) throw new Error(`The step ${step} has started no run.`)
    return this.must({ kind: 'childEnded', step, generation: child.generation, outcome, output })
  }

  signal(event: string, payload: Json = {}, key: string | null = null): this {
    return this.must({ kind: 'signalled', event, key, payload, by: 'service:mail' })
  }

  /** The moment of the last timer of this kind that was set for the step. */
  dueAt(step: string, timer: TimerKind): string | undefined {
    return this.timers.findLast((each) => each.step === step && each.timer === timer)?.at.toISOString()
  }

  /** Lets time pass; what is due fires, in order, each at its moment. */
  wait(minutes: number): this {
    const until = new Date(this.now.getTime() + minutes * 60_000)
    for (let next = this.#nextTimer(until); next; next = this.#nextTimer(until)) {
      if (next.at > this.now) this.now = next.at
      this.fire(next)
    }
    this.now = until
    return this
  }

  #nextTimer(until: Date): Timer | undefined {
    return this.timers.filter(({ at }) => at <= until).toSorted((a, b) => a.at.getTime() - b.at.getTime())[0]
  }

  fire(timer: Timer): Applied {
    const at = this.timers.indexOf(timer)
    if (at !== -1) this.timers.splice(at, 1)
    return this.send({ kind: 'timerFired', step: timer.step, timer: timer.timer, generation: timer.generation })
  }
}

/** A run of the program that has started. */
export function started(source: string | object, input: JsonObject = {}): Simulator {
  return new Simulator(program(source)).start(input)
}
