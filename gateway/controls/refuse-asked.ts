/** The refusal of an act that waits for people, as the agent itself may be told it. */
import type { GraphQLError } from 'graphql'
import { refuseDecision } from '../policy/refuse.ts'
import type { DecidedExchange } from './decided.ts'
import { toldTo } from './flow/lineage.ts'

/** Null when nothing asks for a person. What others have read is left out; whoever decides is shown it. */
export function refuseAsked({ decision, caller }: Pick<DecidedExchange, 'decision' | 'caller'>): GraphQLError | null {
  return decision.outcome === 'ask' ? refuseDecision({ ...decision, asked: toldTo(caller, decision.asked) }) : null
}
