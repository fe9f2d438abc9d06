/**
 * SAP's mock server for OData (`@sap-ux/fe-mockserver-core`), run in the test's process: an implementation that others wrote, so
 * that the adapter is not only right about our own peer. What it has not, and our peer (`service.ts`) has: changesets that
 * happen all or not at all (it runs their parts one by one and keeps what was done before a failure), ETags outside of drafts,
 * tokens that are checked, functions in `$orderby`, comparisons with null, ids in the answers of a JSON batch, decimals of
 * version 2 in conditions, and quotes inside of text literals.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as mockserverCore from '@sap-ux/fe-mockserver-core'
import { writeEdmx } from './edmx.ts'
import type { PeerSet } from './sets.ts'
import type { Row, Version } from './wire.ts'

export interface MockserverPeer extends AsyncDisposable {
  readonly url: string
}

/** The package is CommonJS with a `default` of its own; Node puts that one level deeper. */
const { default: Mockserver } = mockserverCore.default

/** Starts the mock server with the rows of each entity set, in the service's own names. */
export async function startMockserver(
  version: Version,
  sets: readonly PeerSet[],
  rows: Readonly<Record<string, readonly Row[]>>,
): Promise<MockserverPeer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mandate-mockserver-'))
  const data = path.join(folder, 'data')
  await mkdir(data)
  await writeFile(path.join(folder, 'metadata.xml'), writeEdmx(version, sets))
  for (const { name } of sets) await writeFile(path.join(data, `${name}.json`), JSON.stringify(rows[name] ?? []))
  const quiet = () => undefined
  const mockserver = new Mockserver({
    services: [
      {
        urlPath: '/odata',
        metadataPath: path.join(folder, 'metadata.xml'),
        mockdataPath: data,
        logger: { info: quiet, warn: quiet, error: quiet },
      },
    ],
    annotations: [],
    plugins: [],
  })
  await mockserver.isReady
  const router = mockserver.getRouter()
  const server = createServer((request, response) => {
    router(request, response, () => response.writeHead(404).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/odata`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await mockserver.dispose()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
