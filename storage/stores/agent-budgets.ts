/** Budgets of single agents, beside those of their roles: each narrows what a role allows, or limits what no role does. */
import type { Kysely } from 'kysely'
import type { BudgetMeasure, BudgetPeriod } from '../tables/agents.ts'
import type { Tables } from '../tables.ts'

/** At most so much in a calendar period (UTC): a limit of a role, for one agent. */
export interface AgentBudget {
  readonly measure: BudgetMeasure
  readonly per: BudgetPeriod
  readonly limit: number
  /** For `money`: ISO 4217. */
  readonly currency?: string
  readonly onBreach?: 'quarantine'
}

/** The budgets. `kysely` may be a transaction of the caller's. */
export interface AgentBudgetStore {
  /** What limits this agent beside its roles, in a fixed order. */
  budgetsOf(agentId: string): Promise<readonly AgentBudget[]>
  /** Sets a budget in the place of the one with the same measure, period and currency. */
  set(agentId: string, budget: AgentBudget, by: string, now: Date): Promise<void>
  /** Takes a budget away; false where there is none. */
  remove(agentId: string, budget: Pick<AgentBudget, 'measure' | 'per' | 'currency'>): Promise<boolean>
}

/** Opens the budgets over `mandate.agent_budgets`. */
export function createAgentBudgets(kysely: Kysely<Tables>): AgentBudgetStore {
  return {
    async budgetsOf(agentId) {
      const rows = await kysely
        .selectFrom('mandate.agent_budgets')
        .selectAll()
        .where('agent_id', '=', agentId)
        .orderBy('measure')
        .orderBy('per')
        .orderBy('currency')
        .execute()
      return rows.map(({ measure, per, amount, currency, on_breach: onBreach }) => ({
        measure,
        per,
        limit: amount,
        ...(currency === '' ? {} : { currency }),
        ...(onBreach === null ? {} : { onBreach }),
      }))
    },
    async set(agentId, { measure, per, limit, currency = '', onBreach }, by, now) {
      const values = { amount: limit, on_breach: onBreach ?? null, set_at: now, set_by: by }
      await kysely
        .insertInto('mandate.agent_budgets')
        .values({ agent_id: agentId, measure, per, currency, ...values })
        .onConflict((conflict) => conflict.columns(['agent_id', 'measure', 'per', 'currency']).doUpdateSet(values))
        .execute()
    },
    async remove(agentId, { measure, per, currency = '' }) {
      const { numDeletedRows } = await kysely
        .deleteFrom('mandate.agent_budgets')
        .where('agent_id', '=', agentId)
        .where('measure', '=', measure)
        .where('per', '=', per)
        .where('currency', '=', currency)
        .executeTakeFirst()
      return numDeletedRows > 0n
    },
  }
}
