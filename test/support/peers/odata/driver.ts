/** The OData driver over a running peer, through everything that stands between: the connector file, its mapping, the client. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { SystemDriver } from '../../../../subgraphs/sources/driver.ts'
import { silentObserver } from '../../../../subgraphs/sources/http/connector-observer.ts'
import { openClient } from '../../../../subgraphs/sources/http/open-client.ts'
import type { MappedEntity } from '../../../../subgraphs/sources/mapping/mapped-entity.ts'
import { prepareMapping, type Declarations } from '../../../../subgraphs/sources/mapping/prepare-mapping.ts'
import { checkOptions, readConnector } from '../../../../subgraphs/sources/mapping/read-connector.ts'
import { odata } from '../../../../subgraphs/sources/odata.ts'
import { stillWorld } from '../../subgraphs.ts'

export interface OpenedDriver extends AsyncDisposable {
  readonly driver: SystemDriver
  readonly entity: (name: string) => MappedEntity
}

/** Opens the driver of a connector file. */
export async function openODataDriver(yaml: string, declarations: Declarations): Promise<OpenedDriver> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mandate-connector-'))
  await writeFile(path.join(folder, 'peer.yaml'), yaml)
  const connector = readConnector({ folder, name: 'peer', env: {} })
  const { entities } = prepareMapping(connector, declarations, (name, options) =>
    checkOptions(connector, ['entities', name, 'options'], odata.entityOptions, options),
  )
  const { url, credentials, content } = connector
  const driver = odata.createDriver({
    connector: 'peer',
    client: openClient({
      connector: 'peer',
      url,
      credentials,
      limits: content.limits,
      allowPrivate: [],
      observer: silentObserver,
      now: stillWorld.now,
    }),
    options: checkOptions(connector, ['options'], odata.options, content.options),
    entities: [...entities.values()],
    world: stillWorld,
  })
  return {
    driver,
    entity(name) {
      const entity = entities.get(name)
      if (!entity) throw new Error(`The connector maps no ${name}.`)
      return entity
    },
    async [Symbol.asyncDispose]() {
      await driver.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
