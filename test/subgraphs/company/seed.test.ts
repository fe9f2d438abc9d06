/** Seeding: once, whoever asks and however often, and new records go on where the seed ended. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generateCompany } from '../../../subgraphs/company/company.ts'
import { companyTables, type CompanyTable, type SeedRow } from '../../../subgraphs/company/rows.ts'
import { seedCompany } from '../../../subgraphs/company/seed.ts'
import { type Database, openDatabase } from '../../../storage/database.ts'
import { createItsm } from '../../../subgraphs/itsm/itsm.ts'
import { itsmTables } from '../../../subgraphs/itsm/tables.ts'
import { createPostgresSource } from '../../../subgraphs/sources/postgres.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'
import { createPostgresDatabase } from '../../support/postgres-server.ts'
import { contractOf, stillWorld, subgraphDeps } from '../../support/subgraphs.ts'
import { act, payload } from '../../support/systems.ts'

const company = generateCompany()
const expected = Object.fromEntries(companyTables.map((table) => [table, company[table].length]))

function first<Table extends CompanyTable>(table: Table): SeedRow<Table> {
  const [row] = company[table]
  if (!row) throw new Error(`The company has no row in ${table}.`)
  return row
}

async function countRows({ kysely }: Database): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const table of companyTables) {
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`.execute(kysely)
    counts[table] = rows[0]?.n ?? -1
  }
  return counts
}

for (const kind of databaseKinds()) {
  // One database for all cases, in their order: from empty to filled.
  describe(`seeding on ${kind}`, () => {
    let database: Database
    beforeAll(async () => {
      database = await createDatabase(kind)
    })
    afterAll(() => database.close())

    test('changes nothing when it fails half-way', async () => {
      // The seed's own supplier collides with this one, long after the accounts are in.
      await database.kysely.insertInto('finance.suppliers').values(first('finance.suppliers')).execute()
      await expect(seedCompany(database)).rejects.toThrow(/duplicate key/)
      expect(await countRows(database)).toMatchObject({ 'crm.accounts': 0, 'finance.suppliers': 1 })
      await sql`delete from finance.suppliers`.execute(database.kysely)
    })

    test('leaves a database alone that has a record', async () => {
      await database.kysely.insertInto('crm.accounts').values(first('crm.accounts')).execute()
      expect(await seedCompany(database)).toEqual({ outcome: 'kept' })
      expect(await countRows(database)).toMatchObject({ 'crm.accounts': 1, 'finance.invoices': 0 })
      await sql`delete from crm.accounts`.execute(database.kysely)
    })

    test('happens once when several start together, and fills every table', async () => {
      const rows = Object.values(expected).reduce((total, count) => total + count, 0)
      const outcomes = await Promise.all([1, 2, 3].map(() => seedCompany(database)))
      expect(outcomes.filter(({ outcome }) => outcome === 'seeded')).toEqual([{ outcome: 'seeded', rows }])
      expect(outcomes.filter(({ outcome }) => outcome === 'kept')).toHaveLength(2)
      expect(await countRows(database)).toEqual(expected)
    })

    test('does nothing the second time', async () => {
      expect(await seedCompany(database)).toEqual({ outcome: 'kept' })
    })

    test('lets new records take the numbers after its own', async () => {
      const source = createPostgresSource({ kysely: database.kysely, entities: itsmTables, world: stillWorld })
      const itsm = createItsm(contractOf('itsm'), source, subgraphDeps())
      const incident = { shortDescription: 'Printer', category: 'HARDWARE', impact: 'LOW', urgency: 'LOW' }
      expect(await payload(act(itsm, 'createIncident', incident, 'incident { id }'))).toMatchObject({
        incident: { id: 'INC0011001' },
      })
    })
  })
}

test.runIf(databaseKinds().includes('postgres'))('two gateways on one server seed once', async () => {
  const { url, drop } = await createPostgresDatabase()
  try {
    await using one = await openDatabase({ kind: 'postgres', url })
    await using other = await openDatabase({ kind: 'postgres', url })
    const outcomes = await Promise.all([seedCompany(one), seedCompany(other)])
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['kept', 'seeded'])
  } finally {
    await drop()
  }
})
