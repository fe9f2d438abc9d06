/** A run rebuilt from its log, event by event. */
import { apply } from './apply.ts'
import type { Effect } from './effects.ts'
import type { RunEvent } from './events.ts'
import { type RunState, initialState } from './state.ts'
import type { Program } from './turn.ts'

export interface LoggedEvent {
  readonly seq: number
  readonly at: Date
  readonly event: RunEvent
}

/** The state after each event, with what it set in motion. */
export interface Moment {
  readonly logged: LoggedEvent
  readonly state: RunState
  readonly effects: readonly Effect[]
}

/** Goes through a log. Stops with an error at an event that the definition does not take: the log is of another definition. */
export function* replay(
  program: Program,
  run: Pick<RunState, 'runId' | 'workflow' | 'businessKey'>,
  log: Iterable<LoggedEvent>,
): Generator<Moment, RunState> {
  let state = initialState(run)
  for (const logged of log) {
    const applied = apply(program, state, logged.event, logged.at)
    if (applied.outcome !== 'applied') throw new ReplayError(logged, applied.reason)
    state = applied.state
    yield { logged, state, effects: applied.effects }
  }
  return state
}

export class ReplayError extends Error {
  readonly seq: number
  constructor({ seq, event }: LoggedEvent, reason: string) {
    super(`Event ${seq} (\`${event.kind}\`) cannot have happened: ${reason}`)
    this.name = 'ReplayError'
    this.seq = seq
  }
}
