/** A system over OData: the demo company's rows served by the peer, and the shipped example file pointed at it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Database } from '../../../../storage/database.ts'
import { emptySource } from '../../../../subgraphs/sources/empty.ts'
import type { EntitySource } from '../../../../subgraphs/sources/entity-source.ts'
import { silentObserver } from '../../../../subgraphs/sources/http/connector-observer.ts'
import type { Declarations } from '../../../../subgraphs/sources/mapping/prepare-mapping.ts'
import { openConnector } from '../../../../subgraphs/sources/open-connector.ts'
import { repository } from '../../process.ts'
import { stillWorld } from '../../subgraphs.ts'
import { startODataPeer, type ODataPeer } from './service.ts'
import type { PeerSet } from './sets.ts'

export interface SystemOverOData extends AsyncDisposable {
  readonly source: EntitySource
  readonly peer: ODataPeer
}

export interface OverODataOptions {
  /** The connector's name: `connectors/examples/<name>.yaml`. */
  readonly name: string
  readonly declarations: Declarations
  /** What the service has, over the system's own tables. */
  readonly sets: readonly PeerSet[]
  /** Where the service writes down what it is asked. */
  readonly requests?: string[]
}

/** Starts the peer over a database's tables and opens the connector to it; nothing but the file says that it is OData. */
export async function openOverOData(database: Database, options: OverODataOptions): Promise<SystemOverOData> {
  const { name, declarations, sets, requests = [] } = options
  const peer = await startODataPeer({
    version: 'v4',
    sets,
    kysely: database.kysely,
    now: stillWorld.now,
    csrf: true,
    pageSize: 1_000,
    requests,
  })
  const folder = await mkdtemp(path.join(tmpdir(), 'mandate-connector-'))
  const text = await readFile(path.join(repository, 'connectors', 'examples', `${name}.yaml`), 'utf8')
  const pointed = text
    .replace(/^url: .+$/m, `url: ${peer.url}`)
    .replace(/^allow: .+$/m, `allow: ['127.0.0.1:${peer.port}']`)
  await writeFile(path.join(folder, `${name}.yaml`), pointed)
  const connector = openConnector({
    folder,
    name,
    env: { ERP_USER: 'mandate', ERP_PASSWORD: 'of the test' },
    declarations,
    kysely: database.kysely,
    world: stillWorld,
    observer: silentObserver,
    fallback: emptySource,
  })
  return {
    source: connector.source,
    peer,
    async [Symbol.asyncDispose]() {
      await connector.close()
      await peer[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
