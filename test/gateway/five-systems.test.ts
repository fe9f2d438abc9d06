/** One query from an incident to a supplier's shipments, through five systems: what it costs does not grow with the rows. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { repository } from '../support/process.ts'
import { countFetches } from '../support/proof.ts'
import { startStack, type Stack } from '../support/stack.ts'

const systems = ['erp', 'itsm', 'mes', 'procurement', 'supply-chain']

/** What the demo company's page asks of one incident. */
const page = readFileSync(path.join(repository, 'docs', 'demo-company.md'), 'utf8')
const selection = /incident\(id: \$id\) (\{[\s\S]*?\n {2}\})\n\}/u.exec(page)?.[1] ?? ''

/** The same of a list of incidents that machines broke down with, with inner lists of this length. */
function queryOf(incidents: number, first: number): string {
  const sized = selection.replaceAll(/first: \d+/gu, `first: ${first}`)
  return `{ incidents(first: ${incidents}, filter: { shortDescription: { contains: "Breakdown: " } }) { nodes ${sized} } }`
}

describe('from an incident to a shipment', () => {
  let stack: Stack

  beforeAll(async () => {
    // What it may cost is another test's.
    stack = await startStack({
      settings: (config) => ({ ...config, limits: { ...config.limits, cost: 100_000, costPerMinute: 1_000_000 } }),
    })
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  /** Asks, and counts fetches by subgraph, statements, and shipments that came back. */
  async function ask(incidents: number, first: number) {
    stack.clearQueries()
    const [answer, fetches] = await countFetches(stack, () =>
      stack.graphql('production-agent', queryOf(incidents, first)),
    )
    expect(answer.errors).toEqual([])
    // The ledger writes in the same database, in its own time.
    const statements = stack.queries.filter((sql) =>
      /from "(?:itsm|mes|erp|procurement|supply_chain)"/u.test(sql),
    ).length
    return { fetches, statements, shipments: [...answer.text.matchAll(/SHP-\d{4}-\d{5}/gu)].length }
  }

  test('it crosses five systems', async () => {
    const { fetches, shipments } = await ask(5, 3)
    expect(Object.keys(fetches).toSorted()).toEqual(systems)
    expect(shipments).toBeGreaterThan(0)
  })

  test('neither its fetches nor its statements grow with the number of rows', async () => {
    const few = await ask(5, 1)
    const many = await ask(50, 10)
    expect(many.shipments).toBeGreaterThan(5 * few.shipments)
    expect(many.fetches).toEqual(few.fetches)
    expect(few.statements).toBeGreaterThan(5)
    expect(many.statements).toBe(few.statements)
  })
})
