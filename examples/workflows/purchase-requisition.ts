/** People need something: the requisitions that wait for a decision, one of them so large that two have to agree. */
import { z } from 'zod'
import { checkBudget } from '../agents/handlers/check-budget.ts'
import { checkSupplier } from '../agents/handlers/check-supplier.ts'
import type { Work } from '../agents/handlers/work.ts'
import type { Plan } from './plan.ts'

const submitted = z.object({ purchaseRequisitions: z.object({ nodes: z.array(z.object({ id: z.string() })) }) })
const toRelease = z.object({ order: z.string(), netTotal: z.string() })
const ordered = z.object({ purchaseOrder: z.object({ version: z.number() }) })
const released = z.object({ releasePurchaseOrder: ordered })
const withOrder = z.object({ order: z.object({ id: z.string() }) })

const readSubmitted = `query Submitted {
  purchaseRequisitions(first: 100, filter: { statuses: [SUBMITTED] }) { nodes { id } }
}`
const readOrder = `query ReadOrder($id: ID!) { purchaseOrder(id: $id) { version } }`
const releaseOrder = `mutation ReleaseOrder($input: ReleasePurchaseOrderInput!) {
  releasePurchaseOrder(input: $input) { purchaseOrder { version } }
}`

const release: Work = async ({ input, client, key, say }) => {
  const { order: id, netTotal } = toRelease.parse(input)
  const { version } = ordered.parse(await client.query(readOrder, { id })).purchaseOrder
  const act = { idempotencyKey: key('release'), id, expectedVersion: version, netTotal }
  const { purchaseOrder } = released.parse(await client.mutate(releaseOrder, { input: act })).releasePurchaseOrder
  say(`releases ${id}, EUR ${netTotal}`)
  return { released: true, version: purchaseOrder.version }
}

export function purchaseRequisition(now: () => Date): Plan {
  return {
    workflow: 'purchase-requisition',
    starter: 'procurement-agent',
    agents: ['finance-agent', 'supplier-data-agent'],
    people: [
      {
        identity: 'bernd.osthoff',
        role: 'purchasing-manager',
        tasks: { release, checkSupplier },
        votes: ['clarify'],
      },
      { identity: 'ruth.meyer', role: 'plant-manager', tasks: {}, votes: ['agree'] },
      { identity: 'jonas.weber', role: 'finance-controller', tasks: { checkBudget } },
    ],
    inputs: async (client, count, taken) => {
      const { nodes } = submitted.parse(await client.query(readSubmitted)).purchaseRequisitions
      const open = nodes.filter(({ id }) => !taken.has(id))
      return open.slice(0, count).map(({ id }) => ({ requisitionId: id }))
    },
    event: {
      node: 'confirmation',
      name: 'orderConfirmed',
      keyOf: (context) => withOrder.parse(context).order.id,
      payload: { deliveredOn: new Date(now().getTime() + 10 * 86_400_000).toISOString().slice(0, 10) },
      told: 'the supplier confirms the order',
    },
  }
}
