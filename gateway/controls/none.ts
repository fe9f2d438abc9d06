/** Controls that stop nothing and let nobody wait: an act that needs a person is refused. */
import { refuseDecision } from '../policy/refuse.ts'
import type { Controls } from './controls.ts'
import { toldTo } from './flow/lineage.ts'

export const noControls: Controls = {
  stops: { assertClear: () => Promise.resolve(), watch: () => () => undefined },
  concerns: [],
  approvals: {
    settle: ({ decision, caller }) => {
      const told = decision.outcome === 'ask' ? { ...decision, asked: toldTo(caller, decision.asked) } : decision
      return Promise.reject(refuseDecision(told) ?? new Error('Nobody has to decide this.'))
    },
    preview: ({ decision }) => Promise.resolve(decision.outcome === 'ask' ? { approvers: decision.approvers } : null),
    accompany: () => Promise.resolve(),
  },
  budgets: {
    preview: () => Promise.resolve({ fits: true, lines: [] }),
    reserve: () => Promise.resolve(),
    settle: () => Promise.resolve(),
  },
  flow: { note: () => Promise.resolve() },
}
