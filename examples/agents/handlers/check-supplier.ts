/** Checks whether we should order from a supplier: by its status, and by how well it delivers. */
import { z } from 'zod'
import type { WorkContext } from './work.ts'

const task = z.object({ supplier: z.string() })
const asked = z.object({
  supplier: z.object({ name: z.string(), status: z.string(), rating: z.string() }).nullable(),
})

const readSupplier = `query CheckSupplier($id: ID!) { supplier(id: $id) { name status rating } }`

export interface Check {
  readonly ok: boolean
  readonly reason: string
}

/** Blocked is blocked; of those that deliver badly, a person has to want it. */
export async function checkSupplier({
  input,
  client,
  say,
}: Pick<WorkContext, 'input' | 'client' | 'say'>): Promise<Check> {
  const { supplier: id } = task.parse(input)
  const { supplier } = asked.parse(await client.query(readSupplier, { id }))
  const check = judge(supplier, id)
  say(check.reason)
  return check
}

function judge(supplier: z.infer<typeof asked>['supplier'], id: string): Check {
  if (supplier === null) return { ok: false, reason: `There is no supplier ${id}.` }
  const { name, status, rating } = supplier
  if (status !== 'ACTIVE') return { ok: false, reason: `${name} is ${status}.` }
  if (rating === 'C') return { ok: false, reason: `${name} delivers late or faulty too often (rating C).` }
  return { ok: true, reason: `${name} is ${status}, rating ${rating}.` }
}
