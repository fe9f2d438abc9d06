/** Budgets of single agents, beside those of their roles: each narrows what a role allows, or limits what no role does. */
import type { Kysely, Selectable } from 'kysely'
import type { AgentBudgetRow, BudgetMeasure, BudgetPeriod } from '../tables/agents.ts'
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
  /** What limits each agent that has a limit of its own. */
  all(): Promise<ReadonlyMap<string, readonly AgentBudget[]>>
  /** Sets a budget in the place of the one with the same measure, period and currency. */
  set(agentId: string, budget: AgentBudget, by: string, now: Date): Promise<void>
  /** Takes a budget away; false where there is none. */
  remove(agentId: string, budget: Pick<AgentBudget, 'measure' | 'per' | 'currency'>): Promise<boolean>
}

/** Opens the budgets over `mandate.agent_budgets`. */
export function createAgentBudgets(kysely: Kysely<Tables>): AgentBudgetStore {
  const inOrder = kysely
    .selectFrom('mandate.agent_budgets')
    .selectAll()
    .orderBy('measure')
    .orderBy('per')
    .orderBy('currency')
  return {
    async budgetsOf(agentId) {
      const rows = await inOrder.where('agent_id', '=', agentId).execute()
      return rows.map(budgetOf)
    },
    async all() {
      const byAgent = Map.groupBy(await inOrder.execute(), (row) => row.agent_id)
      return new Map([...byAgent].map(([agentId, rows]) => [agentId, rows.map(budgetOf)]))
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

function budgetOf({ measure, per, amount, currency, on_breach: onBreach }: Selectable<AgentBudgetRow>): AgentBudget {
  return {
    measure,
    per,
    limit: amount,
    ...(currency === '' ? {} : { currency }),
    ...(onBreach === null ? {} : { onBreach }),
  }
}
