/** How a run ends. One that failed or was cancelled is undone first, which `settle.ts` sees to. */
import type { JsonObject } from '../../lib/json.ts'
import type { RunOutcome } from './state.ts'
import { withdraw } from './steps.ts'
import { type Turn, emit } from './turn.ts'

/** Ends the run as an `end` node says. */
export function endRun(turn: Turn, outcome: Exclude<RunOutcome, 'cancelled'>, output: JsonObject): void {
  const { state } = turn
  state.output = output
  withdrawAll(turn)
  if (outcome === 'failed') windDown(turn, 'FAILED', outcome)
  else close(turn, outcome)
}

/** Ends the run before it is done. */
export function cancelRun(turn: Turn): void {
  withdrawAll(turn)
  windDown(turn, 'CANCELLED', 'cancelled')
}

function close(turn: Turn, outcome: RunOutcome): void {
  const { state } = turn
  state.status = 'COMPLETED'
  state.outcome = outcome
  state.endedAt = turn.now.toISOString()
  emit(turn, 'run.completed', null, { outcome })
}

function windDown({ state }: Turn, ending: 'FAILED' | 'CANCELLED', outcome: RunOutcome): void {
  state.ending = ending
  state.outcome = outcome
  state.status = 'COMPENSATING'
}

/** Withdraws all that there is; incidents of a run that is over are nobody's work any more. */
export function withdrawAll(turn: Turn): void {
  for (const step of Object.values(turn.state.steps)) withdraw(turn, step)
}
