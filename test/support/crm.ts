/** A small customer system for tests: two accounts, their people, and what goes on there. */
import { sql } from 'kysely'
import type { Database } from '../../storage/database.ts'
import { createCrm } from '../../subgraphs/crm/crm.ts'
import { crmTables } from '../../subgraphs/crm/tables.ts'
import { createPostgresSource } from '../../subgraphs/sources/postgres.ts'
import type { Subgraph } from '../../subgraphs/subgraph.ts'
import { createDatabase, type DatabaseKind } from './databases.ts'
import { contractOf, stillWorld, subgraphDeps } from './subgraphs.ts'

interface CrmStage extends AsyncDisposable {
  readonly crm: Subgraph
  readonly database: Database
  /** The statements sent since it was last emptied. */
  readonly queries: string[]
  /** Everything as it was at first: faster than another database. */
  reset(): Promise<void>
}

/** A fresh customer system on a database of its own. */
export async function openCrm(kind: DatabaseKind): Promise<CrmStage> {
  const queries: string[] = []
  const database = await createDatabase(kind, { onQuery: (text) => queries.push(text) })
  await fill(database)
  const source = createPostgresSource({ kysely: database.kysely, entities: crmTables, world: stillWorld })
  const crm = createCrm(contractOf('crm'), source, subgraphDeps())
  queries.length = 0
  const reset = async () => {
    await sql`truncate crm.accounts, crm.contacts, crm.opportunities, crm.cases, crm.case_comments, crm.activities,
      systems.idempotency`.execute(database.kysely)
    await fill(database)
  }
  return { crm, database, queries, reset, [Symbol.asyncDispose]: () => database.close() }
}

async function fill({ kysely }: Database): Promise<void> {
  const common = (number: number) => {
    const at = new Date(Date.UTC(2026, 0, number, 9))
    return { version: 1, created_at: at, updated_at: at }
  }
  const account = {
    type: 'CUSTOMER',
    industry: 'LOGISTICS',
    website: 'https://nordwind.example',
    phone: null,
    billing_street: 'Hafenstraße 1',
    billing_city: 'Hamburg',
    billing_postal_code: '20457',
    billing_region: null,
    billing_country: 'DE',
    currency: 'EUR',
    number_of_employees: 1200,
    description: null,
    owner_id: 'person:maria.keller',
  } as const
  await kysely
    .insertInto('crm.accounts')
    .values([
      {
        ...common(1),
        ...account,
        id: 'acc-0001',
        name: 'Nordwind Logistics GmbH',
        tier: 'KEY',
        annual_revenue: '1249.90',
      },
      {
        ...common(2),
        ...account,
        id: 'acc-0002',
        name: 'alpen Foods AG',
        tier: 'STANDARD',
        annual_revenue: null,
        billing_country: 'CH',
        owner_id: 'person:jonas.weber',
      },
    ])
    .execute()
  const contact = { title: null, department: null, phone: null, mobile_phone: null, do_not_call: false }
  await kysely
    .insertInto('crm.contacts')
    .values(
      (
        [
          ['con-00001', 'acc-0001', 'Erika', 'Brandt', 'erika.brandt@nordwind-logistics.example'],
          ['con-00002', 'acc-0001', 'Ole', 'Ahrens', null],
          ['con-00003', 'acc-0002', 'Urs', 'Frei', 'urs.frei@alpen.example'],
        ] as const
      ).map(([id, account_id, first_name, last_name, email], index) => ({
        ...common(index + 1),
        ...contact,
        ...{ id, account_id, first_name, last_name, email, owner_id: 'person:maria.keller' },
      })),
    )
    .execute()
  await kysely
    .insertInto('crm.opportunities')
    .values(
      (
        [
          ['opp-0001', 'acc-0001', 'PROPOSAL', '50000.00', '2026-12-01'],
          ['opp-0002', 'acc-0001', 'CLOSED_WON', '9000.00', '2026-03-01'],
          ['opp-0003', 'acc-0002', 'PROSPECTING', '700.50', '2027-01-15'],
        ] as const
      ).map(([id, account_id, stage, amount, close_date], index) => ({
        ...common(index + 1),
        ...{ id, account_id, stage, amount, close_date, name: `Opportunity ${index + 1}`, type: 'RENEWAL' as const },
        ...{ probability: 60, currency: 'EUR', next_step: null, loss_reason: null, owner_id: 'person:maria.keller' },
      })),
    )
    .execute()
  await kysely
    .insertInto('crm.cases')
    .values(
      (
        [
          ['case-0001', 'acc-0001', 'con-00001', 'NEW', 'INC0010001'],
          ['case-0002', 'acc-0001', 'con-00002', 'CLOSED', null],
          ['case-0003', 'acc-0002', null, 'ESCALATED', null],
        ] as const
      ).map(([id, account_id, contact_id, status, incident_id], index) => ({
        ...common(index + 1),
        ...{ id, account_id, contact_id, status, incident_id, subject: `Subject ${index + 1}`, description: null },
        ...{ priority: 'HIGH' as const, origin: 'EMAIL' as const, reason: 'MALFUNCTION' as const },
        resolution: status === 'CLOSED' ? 'Sent a new one.' : null,
        closed_at: status === 'CLOSED' ? new Date(Date.UTC(2026, 1, 1)) : null,
        owner_id: 'person:ana.silva',
      })),
    )
    .execute()
  await kysely
    .insertInto('crm.case_comments')
    .values(
      [1, 2, 3].map((number) => ({
        ...common(number),
        ...{ id: `cmt-0000${number}`, case_id: 'case-0001', body: `Comment ${number}`, public: number === 1 },
        author_id: 'person:ana.silva',
      })),
    )
    .execute()
  await kysely
    .insertInto('crm.activities')
    .values(
      (
        [
          ['act-00001', 'TASK', 'OPEN', 'acc-0001', 'acc-0001'],
          ['act-00002', 'CALL', 'COMPLETED', 'opp-0001', 'acc-0001'],
          ['act-00003', 'EMAIL', 'COMPLETED', 'case-0003', 'acc-0002'],
        ] as const
      ).map(([id, type, status, what_id, account_id], index) => ({
        ...common(index + 1),
        ...{ id, type, status, what_id, account_id, subject: `Activity ${index + 1}`, body: null, due_date: null },
        ...{ priority: 'NORMAL' as const, owner_id: 'person:maria.keller', notify_user_id: null, notified_at: null },
        completed_at: status === 'COMPLETED' ? new Date(Date.UTC(2026, 1, 2)) : null,
        who_id: account_id === 'acc-0001' ? 'con-00001' : 'con-00003',
      })),
    )
    .execute()
  for (const sequence of ['account', 'contact', 'opportunity', 'case', 'case_comment', 'activity']) {
    await sql`select setval(${`crm.${sequence}_ids`}::regclass, 100)`.execute(kysely)
  }
}
