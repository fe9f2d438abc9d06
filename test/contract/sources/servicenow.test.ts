/** The contract over the Table API, as its public documentation describes it. */
import { openTestConnector } from '../../support/connectors.ts'
import { createDatabase } from '../../support/databases.ts'
import { startTablePeer, sysId } from '../../support/peers/table-api.ts'
import { tableMapping } from '../../support/peers/table-mapping.ts'
import { stillWorld } from '../../support/subgraphs.ts'
import { declarations, describeSource } from './source-contract.ts'

const tiers = { STRATEGIC: '1', KEY: '2', STANDARD: '3', SMALL: '4' } as Readonly<Record<string, string>>

describeSource('servicenow', async () => {
  const database = await createDatabase('embedded')
  const peer = await startTablePeer(stillWorld.now)
  const env = { SN_USER: peer.username, SN_PASSWORD: peer.password }
  const opened = openTestConnector({ yaml: tableMapping(peer.url), declarations, database, world: stillWorld, env })
  const add = (table: string, values: Readonly<Record<string, unknown>>) => {
    const rows = peer.tables[table]!
    return rows.add({ ...values, sys_id: sysId(rows.rows.length + 1, table) })['sys_id'] as string
  }
  return {
    source: opened.connector.source,
    addAccount: ({ name, tier, annualRevenue }) =>
      Promise.resolve(`acc-${add('u_account', { u_name: name, u_tier: tiers[tier], u_revenue: annualRevenue })}`),
    addContact: ({ accountId, firstName, lastName }) =>
      Promise.resolve(
        `con-${add('u_contact', { u_account: accountId.slice(4), u_first: firstName, u_last: lastName })}`,
      ),
    questions() {
      const asked = peer.control.requests
      peer.control.requests = 0
      return asked
    },
    roundTrips: { getMany: 1, listMany: 1, page: 1 },
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await peer[Symbol.asyncDispose]()
      await database.close()
    },
  }
})
