/** Invoices have come in: one that fits, one above what the agent may approve, one that fits nothing, and then more that fit. */
import { z } from 'zod'
import type { MandateClient } from '../../clients/typescript/index.ts'
import { examine } from '../agents/handlers/examine.ts'
import type { Work } from '../agents/handlers/work.ts'
import type { Plan } from './plan.ts'

/** Above it an invoice is not approved by an agent alone. */
const agentLimit = 5_000

const received = z.object({
  invoices: z.object({
    nodes: z.array(
      z.object({
        id: z.string(),
        grossTotal: z.string(),
        createdBy: z.string(),
        threeWayMatch: z.object({ verdict: z.string() }).nullable(),
      }),
    ),
  }),
})
const examined = z.object({ examination: z.object({ recommendation: z.string(), explanation: z.string() }) })

const readReceived = `query Received {
  invoices(first: 50, filter: { statuses: [RECEIVED], direction: PURCHASE }) {
    nodes { id grossTotal createdBy threeWayMatch { verdict } }
  }
}`

/** What the agent recommends is what the controller decides, in words of its own. */
const decide: Work = ({ input }) => {
  const { examination } = examined.parse(input)
  return { decision: examination.recommendation, reason: 'The supplier has to name an order that we know.' }
}

export function invoiceToPayment(now: () => Date): Plan {
  return {
    workflow: 'invoice-to-payment',
    starter: 'finance-agent',
    agents: ['procurement-agent'],
    people: [
      { identity: 'jonas.weber', role: 'finance-controller', tasks: { decide }, votes: ['agree'] },
      { identity: 'bernd.osthoff', role: 'purchasing-manager', tasks: { examine } },
    ],
    inputs: async (client, count, taken) => {
      const payOn = new Date(now().getTime() + 14 * 86_400_000).toISOString().slice(0, 10)
      return (await invoices(client))
        .filter((id) => !taken.has(id))
        .slice(0, count)
        .map((invoiceId) => ({ invoiceId, payOn }))
    },
  }
}

/** Their ids, so that the first three go different ways. */
async function invoices(client: MandateClient): Promise<readonly string[]> {
  const { nodes } = received.parse(await client.query(readReceived)).invoices
  // Whoever entered an invoice does not approve it.
  const open = nodes.filter(({ createdBy }) => createdBy !== 'agent:finance-agent')
  const fits = open.filter(({ threeWayMatch }) => threeWayMatch?.verdict === 'MATCHED')
  const small = fits.filter(({ grossTotal }) => Number(grossTotal) <= agentLimit)
  const large = fits.filter(({ grossTotal }) => Number(grossTotal) > agentLimit)
  const odd = open.filter((each) => !fits.includes(each))
  const [first, ...others] = small
  const order = [first, large[0], odd[0], ...others, ...large.slice(1), ...odd.slice(1)]
  return order.filter((each) => each !== undefined).map(({ id }) => id)
}
