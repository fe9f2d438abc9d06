/** Whatever happens to a run, in whatever order: random workflows, and random lives of them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Applied, apply } from '../../../orchestration/interpreter/apply.ts'
import type { RunEvent } from '../../../orchestration/interpreter/events.ts'
import { replay } from '../../../orchestration/interpreter/replay.ts'
import { type RunState, type Step, isOpen, isOver } from '../../../orchestration/interpreter/state.ts'
import { isTask } from '../../../orchestration/interpreter/steps.ts'
import { type Program, activityOf, stepKey } from '../../../orchestration/interpreter/turn.ts'
import { keepFlights, nextGood } from '../../support/drive-run.ts'
import { Simulator } from '../../support/orchestration.ts'
import { type Chance, chances, eventOf, turnOf } from '../../support/random-walk.ts'
import { anyProgram } from '../../support/random-workflows.ts'

interface Moment {
  readonly run: Simulator
  readonly before: RunState
  readonly event: RunEvent
  readonly applied: Applied
}

/** Lets chance have its way with a run, looking at each moment. */
function live(program: Program, luck: readonly Chance[], look: (moment: Moment) => void): Simulator {
  const run = new Simulator(program)
  run.now = new Date(run.now)
  happen(run, { kind: 'started', by: 'person:starter', input: { n: 2 } }, look)
  for (const [index, chance] of luck.entries()) {
    if (chance.how % 5 === 0) run.now = new Date(run.now.getTime() + (chance.how % 100) * 60_000)
    const event = index % 20 === 19 ? turnOf(run, chance) : eventOf(run, chance)
    if (event) happen(run, event, look)
  }
  return run
}

/** Drives a run to its end, as everybody does what is asked of them. */
function drive(run: Simulator, look: (moment: Moment) => void = () => undefined): number {
  for (let turn = 0; ; turn += 1) {
    const event = nextGood(run, turn)
    if (!event) return turn
    if (turn > 1_500)
      throw new Error(
        `The run does not end: ${JSON.stringify(run.states)} ${JSON.stringify(run.log.slice(-6).map(({ event }) => event))}`,
      )
    happen(run, event, look)
  }
}

function happen(run: Simulator, event: RunEvent, look: (moment: Moment) => void): void {
  const before = run.state
  const applied = run.send(event)
  if (applied.outcome === 'applied') keepFlights(run, event)
  look({ run, before, event, applied })
}

const lives = (look: (program: Program, luck: readonly Chance[]) => void, numRuns = 100): void => {
  fc.assert(fc.property(anyProgram, chances(80), look), { numRuns, seed: 20_260_601 })
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  Object.values(value).forEach(frozen)
  return value
}

const steps = ({ steps: all }: RunState): readonly Step[] => Object.values(all)

describe('an event', () => {
  test('changes nothing but the state that it gives, always gives the same, and that is plain JSON', () => {
    lives((program, luck) => {
      live(program, luck, ({ before, event, applied, run }) => {
        expect(apply(program, frozen(structuredClone(before)), frozen(structuredClone(event)), run.now)).toEqual(
          applied,
        )
        if (applied.outcome === 'applied')
          expect(JSON.parse(JSON.stringify(applied.state))).toStrictEqual(applied.state)
      })
    }, 60)
  })

  test('that is not applied leaves no trace, and one that is applied counts', () => {
    lives((program, luck) => {
      const run = live(program, luck, ({ before, applied, run: { state } }) => {
        expect(state.version).toBe(before.version + (applied.outcome === 'applied' ? 1 : 0))
      })
      expect(run.log).toHaveLength(run.state.version)
    })
  })

  test('changes nothing in a run that is over, except that what was under way ends', () => {
    lives((program, luck) => {
      const ends = ['completed', 'failed', 'approvalAwaited', 'approvalSettled', 'childEnded', 'invoked']
      const look = ({ before, event, applied }: Moment) => {
        if (!isOver(before) || applied.outcome !== 'applied') return
        expect(ends).toContain(event.kind)
        const own = 'step' in event ? event.step : null
        expect(before.steps[own ?? '']).toMatchObject({ abandoned: true })
        const others = ({ steps: all }: RunState) => ({ ...all, [own ?? '']: null })
        expect(others(applied.state)).toEqual(others(before))
        expect(applied.state.status).toBe(before.status)
      }
      const run = live(program, luck, look)
      drive(run, look)
      for (const { event } of [...run.log]) happen(run, event, look)
    })
  })
})

test('a run that is rebuilt from its log is the same, with the same effects', () => {
  lives((program, luck) => {
    const run = live(program, luck, () => undefined)
    drive(run)
    const moments = [...replay(program, { runId: 'run-1', workflow: 'sample', businessKey: null }, run.log)]
    expect(moments.at(-1)?.state).toEqual(run.state)
    expect(moments.flatMap(({ effects }) => effects)).toEqual(run.effects)
  }, 60)
})

/** Why something still comes of a step. */
function isAlive({ state, timers, invocations, flights, children }: Simulator, step: Step): boolean {
  const { id, kind, generation, attempt } = step
  const isMine = (each: { readonly step: string; readonly generation: number }) =>
    each.step === id && each.generation === generation
  const kept = state.deferred.filter((event) => 'step' in event && event.step === id)
  if (kept.length > 0) return true
  if (kind === 'timer') return timers.some((timer) => isMine(timer) && timer.timer === 'elapsed')
  if (kind === 'awaitEvent') return step.state === 'WAITING'
  if (kind === 'subprocess' && !step.manual) return children.some(isMine)
  if (step.state === 'INPUT_REQUIRED' || step.state === 'SUSPENDED') return true
  if (step.state === 'APPROVAL_REQUIRED') return step.approval !== null
  if (kind === 'operation' && !step.manual) {
    if (step.state === 'READY') return invocations.some(isMine)
    return flights.some((flight) => flight.step === id && flight.attempt === attempt) || invocations.some(isMine)
  }
  // Offered, or in somebody's hands.
  return step.state === 'READY' ? step.holder === null : step.holder !== null
}

describe('nothing is stranded:', () => {
  const containers = ['parallel', 'forEach']

  test('whatever is open in a run is with somebody, or in motion', () => {
    lives((program, luck) => {
      const look = ({ run }: Moment) => {
        const { state } = run
        // What stands still goes on by itself only when it is let.
        if (isOver(state) || state.status === 'SUSPENDED') return
        const open = steps(state).filter((step) => isOpen(step) && !containers.includes(step.kind))
        expect(open.filter((step) => !isAlive(run, step))).toEqual([])
        expect(open.length > 0 || steps(state).some(({ incident }) => incident !== null)).toBe(true)
      }
      drive(live(program, luck, look), look)
    })
  })

  test('a run whose people, agents and systems do what is asked of them ends', () => {
    lives((program, luck) => {
      const run = live(program, luck, () => undefined)
      const turns = drive(run)
      expect(turns).toBeLessThan(1_500)
      expect(isOver(run.state)).toBe(true)
      const open = steps(run.state).filter((step) => isOpen(step) && !step.abandoned)
      expect(open).toEqual([])
      expect(steps(run.state).filter(({ incident }) => incident !== null)).toEqual([])
    })
  })
})

describe('nothing is doubled:', () => {
  const entered = ({ state }: Simulator, id: string) =>
    steps(state).filter(({ node, undoes, rewound }) => node === id && undoes === null && !rewound).length
  const count = (notices: readonly { name: string; step: string | null }[], name: string) =>
    Object.values(
      Object.groupBy(
        notices.filter((each) => each.name === name),
        ({ step }) => step ?? '',
      ),
    ).map((each) => each?.length)

  test('a step is done once, and leads on once', () => {
    lives((program, luck) => {
      const run = live(program, luck, () => undefined)
      drive(run)
      for (const times of count(run.notices, 'task.completed')) expect(times).toBe(1)
      const places = steps(run.state).flatMap(({ doneAs }) => doneAs ?? [])
      expect(new Set(places).size).toBe(places.length)
      for (const [id, node] of Object.entries(program.definition.nodes)) {
        if (node.type !== 'parallel') continue
        const join = program.definition.nodes[node.join]
        const behind = join?.type === 'join' ? join.next : ''
        expect(entered(run, behind)).toBeLessThanOrEqual(entered(run, id))
      }
    })
  })

  test('an offer is claimed once, and nothing of an attempt that is past is taken', () => {
    lives((program, luck) => {
      const claimed = new Set<string>()
      const look = ({ before, event, applied }: Moment) => {
        if (applied.outcome !== 'applied') return
        if (event.kind === 'claimed') {
          const offer = `${event.step} ${before.steps[event.step]?.generation ?? 0}`
          expect(claimed).not.toContain(offer)
          claimed.add(offer)
        }
        if ('attempt' in event) expect(before.steps[event.step]?.attempt).toBe(event.attempt)
        if (event.kind === 'invoked' || event.kind === 'childEnded' || event.kind === 'nobodyEligible')
          expect(before.steps[event.step]?.generation).toBe(event.generation)
      }
      drive(live(program, luck, look), look)
    })
  })

  test('attempts at an operation that could have changed something have one key', () => {
    lives((program, luck) => {
      const keys = new Map<string, Map<number, string>>()
      const look = ({ before, event, applied }: Moment) => {
        if (applied.outcome !== 'applied' || !('step' in event) || event.step === null) return
        const [was, step] = [before.steps[event.step], applied.state.steps[event.step]]
        if (!was || !step) return
        const mine = keys.get(step.id) ?? new Map<number, string>()
        keys.set(step.id, mine)
        if (event.kind === 'invoked') mine.set(step.attempt, stepKey(applied.state, step))
        if (event.kind === 'failed' && event.error.nothingDone) mine.delete(event.attempt)
        if (event.kind === 'approvalSettled' && event.status === 'REFUSED') mine.delete(was.attempt)
        expect(new Set(mine.values()).size).toBeLessThanOrEqual(1)
      }
      drive(live(program, luck, look), look)
    })
  })
})

describe('what is undone', () => {
  test('is undone once, from the last that was done to the first, and one after the other', () => {
    lives((program, luck) => {
      const look = ({ before, applied }: Moment) => {
        if (applied.outcome !== 'applied') return
        const { state } = applied
        const added = steps(state).filter(({ id, undoes }) => undoes !== null && before.steps[id] === undefined)
        expect(added.length).toBeLessThanOrEqual(1)
        for (const undo of added) {
          const others = steps(state).filter(({ id, undoes }) => undoes !== null && id !== undo.id)
          expect(others.filter((step) => !['COMPLETED', 'SKIPPED'].includes(step.state))).toEqual([])
          const place = state.steps[undo.undoes ?? '']?.doneAs ?? 0
          const later = steps(state).filter((step) => canBeUndone(program, state, step) && (step.doneAs ?? 0) > place)
          expect(later).toEqual([])
        }
      }
      const run = live(program, luck, look)
      if (!isOver(run.state)) happen(run, { kind: 'cancelled', by: 'person:pat', reason: '' }, look)
      drive(run, look)
      if (run.state.ending === null) return
      expect(steps(run.state).filter((step) => canBeUndone(program, run.state, step))).toEqual([])
    })
  })

  function canBeUndone(program: Program, state: RunState, step: Step): boolean {
    if (!isTask(step.kind) || step.state !== 'COMPLETED' || step.undone || step.undoes !== null) return false
    const turn = { program, state, effects: [], now: new Date(0), entered: 0 }
    return activityOf(turn, step).compensate !== undefined
  }
})
