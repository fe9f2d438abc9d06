/**
 * What a breach does where its budget says `quarantine`: the agent is shut out, once for each window, and the ledger says why. Should
 * the gateway die between the two, the next breach of the window does it.
 */
import type { World } from '../../../lib/world.ts'
import type { BudgetStore } from '../../../storage/stores/budgets.ts'
import type { Ledger } from '../../audit/entry.ts'
import { noteEvent } from '../../audit/note-event.ts'
import type { Exchange } from '../../exchange.ts'
import type { Breach } from './exceeded.ts'

export interface QuarantineOptions {
  readonly store: Pick<BudgetStore, 'wasActedUpon' | 'noteAct'>
  /** Shuts an agent out, on every gateway; to shut out one that is out already changes nothing. */
  readonly quarantine: (agentId: string, reason: string) => Promise<void>
  readonly ledger: Ledger
  readonly world: World
}

/** Makes the act. */
export function createBreachAct({ store, quarantine, ledger, world }: QuarantineOptions) {
  /** Breaches that are being acted upon here: a flood of requests is one breach. */
  const running = new Map<string, Promise<void>>()

  async function act({ line, standing, amount }: Breach, agent: string, revision: string): Promise<void> {
    const { counter, window, limit, subject } = line
    if (await store.wasActedUpon(counter, window.start)) return
    const { measure, per } = limit
    const reason = `It asked for ${amount} of ${measure} where \`${subject}\` had ${standing.remaining} left for the ${per}.`
    await quarantine(agent, reason)
    if (!(await store.noteAct(counter, window.start, world.now()))) return
    const args = { agent, subject, measure, period: per, resetsAt: window.resetsAt.toISOString() }
    await noteEvent(ledger, { name: 'budget.quarantined', args, revision }, world)
  }

  return async (breach: Breach, { revision }: Pick<Exchange, 'revision'>): Promise<void> => {
    const { agent, counter, window } = breach.line
    if (agent === null) return
    const key = `${agent} ${counter} ${window.start.toISOString()}`
    const known = running.get(key)
    if (known !== undefined) {
      await known
      return
    }
    const acting = act(breach, agent, revision.id).finally(() => running.delete(key))
    running.set(key, acting)
    await acting
  }
}
