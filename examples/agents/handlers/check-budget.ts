/** Checks whether a cost centre can pay: what it has ordered lately and what is asked for now, held against what it may spend. */
import { z } from 'zod'
import type { Check } from './check-supplier.ts'
import type { WorkContext } from './work.ts'

const task = z.object({ costCenter: z.string(), total: z.string(), currency: z.string() })
const asked = z.object({
  purchaseRequisitions: z.object({
    nodes: z.array(z.object({ total: z.string(), currency: z.string(), createdAt: z.string() })),
  }),
  invoices: z.object({ totalCount: z.number() }),
})

/** What the cost centre has ordered, the newest first, and how many invoices of all the company wait to be paid. */
const readBudget = `query CheckBudget($costCenter: String!) {
  purchaseRequisitions(first: 100, filter: { costCenter: $costCenter, statuses: [APPROVED, ORDERED] }) {
    nodes { total currency createdAt }
  }
  invoices(first: 1, filter: { direction: PURCHASE, statuses: [APPROVED] }) { totalCount }
}`

/** What a cost centre may order in 90 days, in euro. */
const budget = 100_000
const periodMs = 90 * 86_400_000

/** Says whether it fits. Amounts in other currencies are for a person. */
export async function checkBudget({
  input,
  client,
  say,
}: Pick<WorkContext, 'input' | 'client' | 'say'>): Promise<Check> {
  const { costCenter, total, currency } = task.parse(input)
  const { purchaseRequisitions, invoices } = asked.parse(await client.query(readBudget, { costCenter }))
  const { nodes } = purchaseRequisitions
  const newestMs = Math.max(0, ...nodes.map(({ createdAt }) => Date.parse(createdAt)))
  const recent = nodes.filter(({ createdAt }) => newestMs - Date.parse(createdAt) < periodMs)
  const check = judge([{ total, currency }, ...recent], costCenter)
  say(`${check.reason} ${invoices.totalCount} invoices wait to be paid.`)
  return check
}

interface Amount {
  readonly total: string
  readonly currency: string
}

function judge(amounts: readonly Amount[], costCenter: string): Check {
  const foreign = amounts.find(({ currency }) => currency !== 'EUR')
  if (foreign) return { ok: false, reason: `${costCenter} orders in ${foreign.currency}: a person has to convert it.` }
  const cents = amounts.reduce((sum, { total }) => sum + Math.round(Number(total) * 100), 0)
  const euros = (cents / 100).toLocaleString('en', { minimumFractionDigits: 2 })
  const most = budget.toLocaleString('en')
  const ok = cents <= budget * 100
  return { ok, reason: `${costCenter} comes to EUR ${euros} ${ok ? 'of' : 'and may order'} EUR ${most} in 90 days.` }
}
