/** The contract over OData services: either version, each form of batches, and a service without batches. */
import { sql } from 'kysely'
import { openTestConnector } from '../../support/connectors.ts'
import { createDatabase } from '../../support/databases.ts'
import { contractMapping, contractSets, createContractTables } from '../../support/peers/odata/contract-sets.ts'
import { startODataPeer } from '../../support/peers/odata/service.ts'
import { stillWorld } from '../../support/subgraphs.ts'
import { declarations, describeSource } from './source-contract.ts'

const services = [
  { name: 'OData 4', version: 'v4', options: '{ csrf: true }' },
  { name: 'OData 4, JSON batches', version: 'v4', options: '{ batch: json, inOperator: true }' },
  { name: 'OData 4, no batches', version: 'v4', options: '{ batch: none, csrf: true }' },
  { name: 'OData 2', version: 'v2', options: '{ version: v2, csrf: true }' },
] as const

for (const { name, version, options } of services) {
  describeSource(name, async () => {
    const database = await createDatabase('embedded')
    await createContractTables(database)
    const peer = await startODataPeer({
      version,
      sets: contractSets,
      kysely: database.kysely,
      now: stillWorld.now,
      csrf: options.includes('csrf'),
      pageSize: 4,
    })
    const yaml = contractMapping(peer.url, options)
    const opened = openTestConnector({ yaml, declarations, database, world: stillWorld })
    const add = async (table: string, sequence: string, prefix: string, values: Readonly<Record<string, unknown>>) => {
      const columns = sql.join(Object.keys(values).map((column) => sql.id(column)))
      const { rows } = await sql<{ id: string }>`
        insert into ${sql.table(table)} (id, created_at, updated_at, ${columns})
        values (${prefix} || nextval(${sequence}::regclass), ${stillWorld.now()}, ${stillWorld.now()},
          ${sql.join(Object.values(values))}) returning id`.execute(database.kysely)
      return rows[0]?.id ?? ''
    }
    return {
      source: opened.connector.source,
      addAccount: (account) =>
        add('peer.accounts', 'peer.account_ids', 'acc-', {
          name: account.name,
          tier: account.tier,
          annual_revenue: account.annualRevenue,
        }),
      addContact: (contact) =>
        add('peer.contacts', 'peer.contact_ids', 'con-', {
          account_id: contact.accountId,
          first_name: contact.firstName,
          last_name: contact.lastName,
        }),
      // The token is fetched once, before the first POST, and is no question.
      questions: () => peer.requests.splice(0).filter((request) => request !== 'GET ').length,
      roundTrips: { getMany: 1, listMany: 1, page: 1 },
      async [Symbol.asyncDispose]() {
        await opened[Symbol.asyncDispose]()
        await peer[Symbol.asyncDispose]()
        await database.close()
      },
    }
  })
}
