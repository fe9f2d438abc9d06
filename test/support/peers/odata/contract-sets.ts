/** The entities of the sources' contract suite as an OData service has them, over tables of the peer's own. */
import { sql } from 'kysely'
import type { Database } from '../../../../storage/database.ts'
import { numbered } from '../../../../subgraphs/sources/entity-table.ts'
import { peerSet } from './sets.ts'

const tier = { STRATEGIC: 'A', KEY: 'B', STANDARD: 'C', SMALL: 'D' }

export const contractSets = [
  peerSet('Account', {
    set: 'Accounts',
    declaration: {
      table: 'peer.accounts',
      ids: numbered('peer.account_ids', 'acc-', 1),
      fields: {
        name: 'text',
        tier: 'text',
        annualRevenue: 'decimal?',
        currency: 'text',
        externalReference: 'text?',
      },
    },
    prefixes: { id: 'acc-' },
    codes: { tier },
  }),
  peerSet('Contact', {
    set: 'Contacts',
    declaration: {
      table: 'peer.contacts',
      ids: numbered('peer.contact_ids', 'con-', 1),
      fields: { accountId: 'text', firstName: 'text', lastName: 'text' },
    },
    prefixes: { accountId: 'acc-' },
    links: { Account: { field: 'accountId', set: 'Accounts' } },
  }),
]

const versioned = sql`id text primary key, version integer not null default 1,
  created_at timestamptz(3) not null, updated_at timestamptz(3) not null`

/** Makes the tables, empty. */
export async function createContractTables({ kysely }: Database): Promise<void> {
  const statements = [
    sql`create schema peer`,
    sql`create sequence peer.account_ids`,
    sql`create sequence peer.contact_ids`,
    sql`create table peer.accounts (${versioned}, name text not null, tier text not null,
      annual_revenue numeric(18, 2), currency text not null default 'EUR',
      external_reference text)`,
    sql`create unique index on peer.accounts (lower(name))`,
    sql`create table peer.contacts (${versioned}, account_id text not null references peer.accounts (id),
      first_name text not null, last_name text not null)`,
  ]
  for (const statement of statements) await statement.execute(kysely)
}

/** A connector file for them. */
export function contractMapping(url: string, options: string, limits = 'timeoutMs: 5000'): string {
  return `
kind: odata
url: ${url}
allow: ['${new URL(url).host}']
limits: { ${limits} }
options: ${options}
entities:
  Account:
    collection: Accounts
    key: { fields: AccountId, format: 'acc-{key}' }
    version: { field: Version }
    mutations: { create: true, update: true }
    correlation: ExternalReference
    fields:
      createdAt: { path: CreatedAt, readOnly: true }
      updatedAt: { path: UpdatedAt, readOnly: true }
      name: Name
      tier: { path: Tier, enum: { STRATEGIC: A, KEY: B, STANDARD: C, SMALL: D } }
      annualRevenue: { path: AnnualRevenue, scale: 2 }
      currency: Currency
  Contact:
    collection: Contacts
    key: { fields: ContactId, format: 'con-{key}' }
    version: { field: Version }
    mutations: { create: true, update: true }
    options: { links: { accountId: Account } }
    fields:
      createdAt: { path: CreatedAt, readOnly: true }
      updatedAt: { path: UpdatedAt, readOnly: true }
      accountId: { path: AccountId, reference: Account }
      firstName: FirstName
      lastName: LastName
`
}
