/** Failing OData services: what was sent and never answered is found again by the mark that it carries. */
import { openTestConnector } from '../../support/connectors.ts'
import { createDatabase } from '../../support/databases.ts'
import { contractMapping, contractSets, createContractTables } from '../../support/peers/odata/contract-sets.ts'
import { startODataPeer } from '../../support/peers/odata/service.ts'
import { stillWorld } from '../../support/subgraphs.ts'
import { declarations } from './source-contract.ts'
import { describeFaults, faultLimits } from './source-faults.ts'

for (const version of ['v4', 'v2'] as const) {
  describeFaults(`OData ${version}`, async () => {
    const database = await createDatabase('embedded')
    await createContractTables(database)
    const peer = await startODataPeer({ version, sets: contractSets, kysely: database.kysely, now: stillWorld.now })
    const opened = openTestConnector({
      yaml: contractMapping(peer.url, `{ version: ${version} }`, faultLimits),
      declarations,
      database,
      world: stillWorld,
    })
    return {
      opened,
      control: peer.control,
      names: () => peer.made.map((row) => String(row['name'])),
      lostCreate: 'found',
      async [Symbol.asyncDispose]() {
        await opened[Symbol.asyncDispose]()
        await peer[Symbol.asyncDispose]()
        await database.close()
      },
    }
  })
}
