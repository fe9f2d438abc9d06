/** Makes the connectors from the settings, and hands what they report to the metrics and the log of the process. */
import type { Kysely } from 'kysely'
import type { World } from '../../lib/world.ts'
import type { Tables } from '../../storage/tables.ts'
import { openConnectors, type Connectors } from '../../subgraphs/sources/open-connectors.ts'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import type { ConnectorMetrics } from '../connector-metrics.ts'

export interface ConfiguredConnectorsOptions {
  readonly config: Config
  readonly env: Readonly<Record<string, string | undefined>>
  readonly kysely: Kysely<Tables>
  readonly world: World
  readonly metrics: ConnectorMetrics
  readonly log: Log
  /** Whether the subgraph runs in this process: another's connector, and its secrets, are not opened here. */
  readonly runsHere: (subgraph: string) => boolean
}

/** Opens the connectors that `subgraphs.<name>.connector` names; a file that cannot be used stops the start. */
export function openConfiguredConnectors({
  config,
  env,
  kysely,
  world,
  metrics,
  log,
  runsHere,
}: ConfiguredConnectorsOptions): Connectors {
  const bySubgraph = new Map(
    Object.entries(config.subgraphs).flatMap(([name, { connector }]) =>
      connector === undefined || !runsHere(name) ? [] : [[name, connector]],
    ),
  )
  return openConnectors({
    folder: config.connectors.folder,
    bySubgraph,
    env,
    kysely,
    world,
    observer: {
      attempted: (connector, outcome, durationMs) => {
        metrics.connectorAttempted(connector, outcome, durationMs)
      },
      breakerChanged: (connector, state) => {
        metrics.connectorBreaker(connector, state)
        if (state !== 'closed') log.warn({ connector, state }, 'the circuit breaker of a connector changed')
      },
      failed: (connector, { reason, effect, detail }) => {
        log.warn({ connector, reason, effect, detail }, 'a call to the system behind a connector failed')
      },
    },
  })
}
