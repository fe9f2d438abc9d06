/** A SCIM peer with a connector to it. SCIMMY keeps its handlers for the process: one at a time. */
import type { Declarations } from '../../../../subgraphs/sources/mapping/prepare-mapping.ts'
import { openTestConnector, type OpenedConnector } from '../../connectors.ts'
import { createDatabase } from '../../databases.ts'
import { stillWorld } from '../../subgraphs.ts'
import { scimMapping } from './mapping.ts'
import { startScimPeer, type ScimPeer } from './service.ts'

export interface OpenedScim extends AsyncDisposable {
  readonly opened: OpenedConnector
  readonly peer: ScimPeer
}

/** Starts the peer and opens the connector. */
export async function openScim(declarations: Declarations, limits?: string): Promise<OpenedScim> {
  const database = await createDatabase('embedded')
  const peer = await startScimPeer(stillWorld.now)
  const yaml = scimMapping(peer.url, limits)
  const opened = openTestConnector({ yaml, declarations, database, world: stillWorld, env: { SCIM_TOKEN: peer.token } })
  return {
    opened,
    peer,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await peer[Symbol.asyncDispose]()
      await database.close()
    },
  }
}
