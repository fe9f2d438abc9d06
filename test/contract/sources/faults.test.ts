/** Failing systems behind the adapters for REST and for the Table API. */
import { openTestConnector } from '../../support/connectors.ts'
import { createDatabase } from '../../support/databases.ts'
import { restMapping } from '../../support/peers/rest-mapping.ts'
import { startRestPeer } from '../../support/peers/rest.ts'
import { startTablePeer } from '../../support/peers/table-api.ts'
import { tableMapping } from '../../support/peers/table-mapping.ts'
import { stillWorld } from '../../support/subgraphs.ts'
import { describeFaults, faultLimits } from './source-faults.ts'
import { declarations } from './source-contract.ts'

describeFaults('rest', async () => {
  const database = await createDatabase('embedded')
  const peer = await startRestPeer(stillWorld.now)
  const opened = openTestConnector({
    yaml: restMapping(peer.url, faultLimits),
    declarations,
    database,
    world: stillWorld,
  })
  return {
    opened,
    control: peer.control,
    names: () => peer.accounts.rows.map((row) => String(row['name'])),
    // The interface has no place for a mark of ours, so nothing can be found again.
    lostCreate: 'OUTCOME_UNKNOWN',
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await peer[Symbol.asyncDispose]()
      await database.close()
    },
  }
})

describeFaults('servicenow', async () => {
  const database = await createDatabase('embedded')
  const peer = await startTablePeer(stillWorld.now)
  const opened = openTestConnector({
    yaml: tableMapping(peer.url, faultLimits),
    declarations,
    database,
    world: stillWorld,
    env: { SN_USER: peer.username, SN_PASSWORD: peer.password },
  })
  return {
    opened,
    control: peer.control,
    names: () => peer.tables['u_account']!.rows.map((row) => String(row['u_name'])),
    lostCreate: 'found',
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await peer[Symbol.asyncDispose]()
      await database.close()
    },
  }
})
