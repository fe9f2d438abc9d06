/** Limits of single agents, in the words of the contract. */
import { type AgentBudget, createAgentBudgets } from '../../../storage/stores/agent-budgets.ts'
import type { BudgetMeasure, BudgetPeriod } from '../../../storage/tables/agents.ts'
import { currencyCode, invalid } from '../../inputs.ts'
import { type Act, type ActInput, actOnce } from './act-once.ts'
import { requireLiving } from './life.ts'

interface SetBudgetInput extends ActInput {
  readonly agentId: string
  readonly measure: string
  readonly per: string
  readonly limit?: number | null
  readonly currency?: string | null
  readonly quarantines: boolean
}

async function setBudget(input: SetBudgetInput, { transaction, context: { caller, now } }: Act) {
  const agent = await requireLiving(transaction, input.agentId)
  const measure = input.measure.toLowerCase().replaceAll('_', '-') as BudgetMeasure
  const per = input.per.toLowerCase() as BudgetPeriod
  const currency = input.currency ?? undefined
  if ((measure === 'money') !== (currency !== undefined)) {
    throw invalid('input.currency', 'must be given for MONEY, and for nothing else')
  }
  const problem = currency === undefined ? null : currencyCode(currency)
  if (problem !== null) throw invalid('input.currency', problem)
  const budgets = createAgentBudgets(transaction)
  const which = { measure, per, ...(currency === undefined ? {} : { currency }) }
  if (input.limit === null || input.limit === undefined) {
    if (!(await budgets.remove(agent.id, which))) throw invalid('input.limit', 'is null, and there is no such limit')
    return { agent }
  }
  if (input.limit < 0) throw invalid('input.limit', 'must be zero or more')
  const onBreach = input.quarantines ? { onBreach: 'quarantine' as const } : {}
  await budgets.set(agent.id, { ...which, limit: input.limit, ...onBreach }, caller.id, now)
  return { agent }
}

/** A limit in the words of the contract. */
export function budgetNode({ measure, per, limit, currency, onBreach }: AgentBudget) {
  return {
    measure: measure.toUpperCase().replaceAll('-', '_'),
    per: per.toUpperCase(),
    limit,
    currency: currency ?? null,
    quarantines: onBreach === 'quarantine',
  }
}

export const budgetMutations = { setAgentBudget: actOnce(setBudget) }
