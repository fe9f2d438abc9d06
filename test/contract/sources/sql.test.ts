/** The contract over an existing PostgreSQL database whose tables and columns are not ours. */
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { createConnectedSource } from '../../../subgraphs/sources/connected/connected-source.ts'
import { createSqlDriver } from '../../../subgraphs/sources/sql/sql-driver.ts'
import { openTestConnector } from '../../support/connectors.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'
import { stillWorld } from '../../support/subgraphs.ts'
import { declarations, describeSource } from './source-contract.ts'

const yaml = `
kind: postgres
url: postgres://127.0.0.1:1/unused
allow: [127.0.0.1]
entities:
  Account:
    collection: legacy.CUSTOMER
    key: { fields: CUST_NO, kind: int, format: 'acc-{key}' }
    version: { field: ROWVER }
    fields:
      name: { path: CUST_NAME }
      tier: { path: CLASS, enum: { STRATEGIC: 1, KEY: 2, STANDARD: 3, SMALL: 4 } }
      annualRevenue: { path: TURNOVER, scale: 2 }
      currency: { constant: EUR }
      createdAt: { path: CREATED, readOnly: true }
      updatedAt: { path: CREATED, readOnly: true }
    mutations: { create: true, update: true }
  Contact:
    collection: legacy.PERSON
    key: { fields: ID, format: 'con-{key}', assign: uuid }
    version: { field: ROWVER }
    fields:
      accountId: { path: CUST_NO, kind: int, reference: Account }
      firstName: FIRST
      lastName: LAST
      createdAt: CREATED
      updatedAt: CREATED
    mutations: { create: true }
`

for (const kind of databaseKinds()) {
  describeSource(`mapped tables on ${kind}`, async () => {
    let asked = 0
    const database = await createDatabase(kind)
    const legacy = await createDatabase(kind, { onQuery: () => (asked += 1) })
    await sql`create schema legacy`.execute(legacy.kysely)
    await sql`create table legacy."CUSTOMER" ("CUST_NO" bigint generated always as identity primary key,
      "CUST_NAME" varchar(200) not null, "CLASS" smallint not null, "TURNOVER" numeric(14,2),
      "CREATED" timestamptz not null default now(), "ROWVER" integer not null default 1)`.execute(legacy.kysely)
    await sql`create unique index on legacy."CUSTOMER" (lower("CUST_NAME"))`.execute(legacy.kysely)
    await sql`create table legacy."PERSON" ("ID" text primary key default gen_random_uuid()::text,
      "CUST_NO" bigint references legacy."CUSTOMER", "FIRST" text, "LAST" text,
      "CREATED" timestamptz not null default now(), "ROWVER" integer not null default 1)`.execute(legacy.kysely)
    // The mapping is read as any other; its database is the test's.
    await using opened = openTestConnector({ yaml, declarations, database, world: stillWorld })
    const { entities } = opened.connector
    const driver = createSqlDriver({
      connector: 'legacy',
      database: legacy.kysely as never,
      close: () => legacy.close(),
    })
    const source = createConnectedSource({
      connector: 'legacy',
      driver,
      entities,
      kysely: database.kysely,
      world: stillWorld,
      callMs: 5_000,
      fallback: null,
    })
    const tiers = ['', 'STRATEGIC', 'KEY', 'STANDARD', 'SMALL']
    return {
      source,
      async addAccount({ name, tier, annualRevenue }) {
        const { rows } = await sql<{ n: string }>`insert into legacy."CUSTOMER" ("CUST_NAME", "CLASS", "TURNOVER")
          values (${name}, ${tiers.indexOf(tier)}, ${annualRevenue}) returning "CUST_NO"::text as n`.execute(
          legacy.kysely,
        )
        return `acc-${rows[0]!.n}`
      },
      async addContact({ accountId, firstName, lastName }) {
        const id = randomUUID()
        await sql`insert into legacy."PERSON" ("ID", "CUST_NO", "FIRST", "LAST")
          values (${id}, ${accountId.slice(4)}, ${firstName}, ${lastName})`.execute(legacy.kysely)
        return `con-${id}`
      },
      questions() {
        const before = asked
        asked = 0
        return before
      },
      roundTrips: { getMany: 1, listMany: 1, page: 1 },
      async [Symbol.asyncDispose]() {
        await driver.close()
        await database.close()
      },
    }
  })
}
