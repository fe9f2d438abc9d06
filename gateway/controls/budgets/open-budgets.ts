/** Opens the budgets of a gateway: the control, what a breach does, and the forgetting of windows that are long over. */
import type { World } from '../../../lib/world.ts'
import type { BudgetStore } from '../../../storage/stores/budgets.ts'
import type { Ledger } from '../../audit/entry.ts'
import type { Log } from '../../log.ts'
import type { Budgets } from '../controls.ts'
import { createBudgets } from './budgets.ts'
import type { AgentBudgets } from './lines.ts'
import { createBreachAct } from './quarantine.ts'

/** A window is kept this long after its end: an answer of it may still be on its way. */
const keptMs = 24 * 60 * 60_000
const forgetEveryMs = 60 * 60_000

export interface OpenBudgetsOptions {
  readonly store: BudgetStore
  readonly agents: AgentBudgets
  /** Shuts an agent out, on every gateway. */
  readonly quarantine: (agentId: string, reason: string) => Promise<void>
  readonly ledger: Ledger
  readonly timeoutMs: number
  readonly world: World
  readonly log: Log
}

/** Opens them; closing ends the forgetting. */
export function openBudgets(options: OpenBudgetsOptions): Budgets & AsyncDisposable {
  const { store, world, log } = options
  const budgets = createBudgets({ ...options, onBreach: createBreachAct(options) })
  let running: Promise<unknown> = Promise.resolve()
  const timer = setInterval(() => {
    running = store.forget(new Date(world.now().getTime() - keptMs)).catch((error: unknown) => {
      log.warn({ err: error }, 'old windows of budgets could not be forgotten; the next hour tries again')
    })
  }, forgetEveryMs)
  timer.unref()
  return {
    ...budgets,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await running
    },
  }
}
