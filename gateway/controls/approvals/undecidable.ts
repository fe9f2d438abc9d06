/** In front of a graph without a place where people could decide, an act that needs a person is refused. */
import type { Approvals } from '../controls.ts'
import { refuseAsked } from '../refuse-asked.ts'

export const undecidable: Approvals = {
  settle: (exchange) => Promise.reject(refuseAsked(exchange) ?? new Error('Nobody has to decide this.')),
  preview: ({ decision }) => Promise.resolve(decision.outcome === 'ask' ? { approvers: decision.approvers } : null),
  accompany: () => Promise.resolve(),
}
