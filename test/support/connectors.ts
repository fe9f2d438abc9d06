/** Opens connectors in tests: a file of its own folder, our database, and an observer that remembers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { World } from '../../lib/world.ts'
import type { Database } from '../../storage/database.ts'
import { emptySource } from '../../subgraphs/sources/empty.ts'
import type { BreakerState } from '../../subgraphs/sources/http/system-client.ts'
import type { SystemFailure } from '../../subgraphs/sources/http/system-failure.ts'
import type { Declarations } from '../../subgraphs/sources/mapping/prepare-mapping.ts'
import { openConnector, type Connector, type OpenConnectorOptions } from '../../subgraphs/sources/open-connector.ts'

export interface OpenedConnector extends AsyncDisposable {
  readonly connector: Connector
  /** Breaker states in the order in which they came. */
  readonly breaker: BreakerState[]
  readonly attempts: string[]
  readonly failures: SystemFailure[]
}

export interface OpenTestConnectorOptions {
  readonly yaml: string
  readonly declarations: Declarations
  readonly database: Database
  readonly world: World
  readonly env?: Readonly<Record<string, string>>
  readonly more?: Partial<OpenConnectorOptions>
}

/** Writes the file and opens the connector `peer`. */
export function openTestConnector({
  yaml,
  declarations,
  database,
  world,
  env = {},
  more,
}: OpenTestConnectorOptions): OpenedConnector {
  const folder = mkdtempSync(path.join(tmpdir(), 'mandate-connector-'))
  writeFileSync(path.join(folder, 'peer.yaml'), yaml)
  const breaker: BreakerState[] = []
  const attempts: string[] = []
  const failures: SystemFailure[] = []
  const connector = openConnector({
    folder,
    name: 'peer',
    env,
    declarations,
    kysely: database.kysely,
    world,
    observer: {
      attempted: (_name, outcome) => void attempts.push(outcome),
      breakerChanged: (_name, state) => void breaker.push(state),
      failed: (_name, failure) => void failures.push(failure),
    },
    fallback: emptySource,
    ...more,
  })
  return {
    connector,
    breaker,
    attempts,
    failures,
    async [Symbol.asyncDispose]() {
      await connector.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
