/** Looks into an invoice that does not match, and recommends what to do. Whoever decides is a person. */
import { z } from 'zod'
import type { WorkContext } from './work.ts'

const mismatch = z.object({
  invoice: z.string(),
  match: z
    .object({
      verdict: z.string(),
      differences: z.array(z.object({ lineNumber: z.number(), verdict: z.string(), explanation: z.string() })),
    })
    .nullable(),
})
const asked = z.object({
  invoice: z
    .object({ number: z.string(), supplier: z.object({ name: z.string(), status: z.string() }).nullable() })
    .nullable(),
})

const readInvoice = `query WhoBills($id: ID!) { invoice(id: $id) { number supplier { name status } } }`

export interface Examination {
  readonly recommendation: 'ACCEPT' | 'DISPUTE'
  readonly explanation: string
}

/** Explains each difference; only what differs in nothing is recommended. */
export async function examine({
  input,
  client,
  say,
}: Pick<WorkContext, 'input' | 'client' | 'say'>): Promise<Examination> {
  const { invoice: id, match } = mismatch.parse(input)
  const { invoice } = asked.parse(await client.query(readInvoice, { id }))
  const who = invoice?.supplier?.name ?? 'A supplier that we do not know'
  const differences = match?.differences.map(({ lineNumber, explanation }) => `Line ${lineNumber}: ${explanation}`) ?? [
    'It could not be compared with any order.',
  ]
  const recommendation = match?.verdict === 'MATCHED' ? 'ACCEPT' : 'DISPUTE'
  say(`recommends ${recommendation}: ${match?.verdict ?? 'no match'}`)
  return {
    recommendation,
    explanation: `${who} billed ${invoice?.number ?? id}. ${differences.join(' ')}`.slice(0, 1_000),
  }
}
