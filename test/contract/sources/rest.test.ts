/** The contract over a REST interface with an OpenAPI description. */
import { createDatabase } from '../../support/databases.ts'
import { openTestConnector } from '../../support/connectors.ts'
import { restMapping } from '../../support/peers/rest-mapping.ts'
import { startRestPeer } from '../../support/peers/rest.ts'
import { stillWorld } from '../../support/subgraphs.ts'
import { declarations, describeSource } from './source-contract.ts'

const tiers = { STRATEGIC: 'A', KEY: 'B', STANDARD: 'C', SMALL: 'D' } as Readonly<Record<string, string>>

describeSource('rest', async () => {
  const database = await createDatabase('embedded')
  const peer = await startRestPeer(stillWorld.now)
  const opened = openTestConnector({ yaml: restMapping(peer.url), declarations, database, world: stillWorld })
  return {
    source: opened.connector.source,
    addAccount: ({ name, tier, annualRevenue: revenue }) =>
      Promise.resolve(`acc-${peer.accounts.add({ name, segment: tiers[tier], revenue }).id}`),
    addContact: ({ accountId, firstName: given, lastName: family }) =>
      Promise.resolve(`con-${peer.contacts.add({ account: Number(accountId.slice(4)), given, family }).id}`),
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
