/** The four-eyes rule: a step that needs a second principal is refused to everybody who had a hand in the first. */
import type { Caller } from '../lib/caller.ts'
import { refusal } from '../lib/errors.ts'

/** Everybody who has a hand in what the caller does: itself, its chain, and the one on whose behalf it acts. */
export function principalsBehind(caller: Caller): readonly string[] {
  const { id, onBehalfOf, actors } = caller
  return [id, ...(onBehalfOf === null ? [] : [onBehalfOf]), ...actors.map((actor) => actor.id)]
}

/**
 * Passes when neither the caller, nor anybody in its chain, nor the one on whose behalf it acts is among `doers`.
 * @throws `SEPARATION_OF_DUTY`; `step` ends its sentence: `approve the payment that they prepared`.
 */
export function requireSecondPrincipal(caller: Caller, doers: readonly (string | null)[], step: string): void {
  const same = principalsBehind(caller).find((principal) => doers.includes(principal))
  if (same === undefined) return
  throw refusal('SEPARATION_OF_DUTY', `The principal \`${same}\` cannot ${step}.`, { principal: same })
}
