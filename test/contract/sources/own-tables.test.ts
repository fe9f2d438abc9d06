/** The contract over tables of our own. What only they promise (one transaction, readable ids) stands in `postgres.test.ts`. */
import { sql } from 'kysely'
import { numbered } from '../../../subgraphs/sources/entity-table.ts'
import { createPostgresSource } from '../../../subgraphs/sources/postgres.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'
import { stillWorld } from '../../support/subgraphs.ts'
import { declarations, describeSource } from './source-contract.ts'

const entities = {
  Account: { ...declarations.Account, table: 'suite.accounts', ids: numbered('suite.account_ids', 'acc-', 4) },
  Contact: { ...declarations.Contact, table: 'suite.contacts', ids: numbered('suite.contact_ids', 'con-', 5) },
}
const versioned = sql`id text primary key, version integer not null default 1,
  created_at timestamptz(3) not null default now(), updated_at timestamptz(3) not null default now()`

for (const kind of databaseKinds()) {
  describeSource(`own tables on ${kind}`, async () => {
    let asked = 0
    const database = await createDatabase(kind, { onQuery: () => (asked += 1) })
    const { kysely } = database
    await sql`create schema suite`.execute(kysely)
    await sql`create sequence suite.account_ids`.execute(kysely)
    await sql`create sequence suite.contact_ids`.execute(kysely)
    await sql`create table suite.accounts (${versioned}, name text not null, tier text not null,
      annual_revenue numeric(14,2), currency text not null, industry text)`.execute(kysely)
    await sql`create unique index accounts_name_key on suite.accounts (lower(name))`.execute(kysely)
    await sql`create table suite.contacts (${versioned}, account_id text not null references suite.accounts,
      first_name text not null, last_name text not null)`.execute(kysely)
    const source = createPostgresSource({ kysely, entities, world: stillWorld })
    let number = 0
    const make = async (entity: string, values: Readonly<Record<string, unknown>>) => {
      const request = {
        idempotencyKey: `given ${number++}`,
        principal: 'person:the.test',
        act: 'Mutation.given',
        args: {},
      }
      const { made } = await source.mutate(
        request,
        async (apply) => ({ made: await apply(entity, { kind: 'create', values }) }),
        new AbortController().signal,
      )
      return made.id
    }
    return {
      source,
      addAccount: (account) => make('Account', { ...account, currency: 'EUR' }),
      addContact: (contact) => make('Contact', { ...contact }),
      questions() {
        const before = asked
        asked = 0
        return before
      },
      roundTrips: { getMany: 1, listMany: 1, page: 2 },
      [Symbol.asyncDispose]: () => database.close(),
    }
  })
}
