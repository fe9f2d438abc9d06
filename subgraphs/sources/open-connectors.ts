/** The connectors of one process: opened when a subgraph needs them, closed together. */
import type { Kysely } from 'kysely'
import type { World } from '../../lib/world.ts'
import type { EntitySource } from './entity-source.ts'
import type { ConnectorObserver } from './http/connector-observer.ts'
import type { Declarations } from './mapping/prepare-mapping.ts'
import { openConnector, type Connector } from './open-connector.ts'

export interface OpenConnectorsOptions {
  readonly folder: string
  /** Which connector serves which subgraph. A connector maps the entities of one subgraph. */
  readonly bySubgraph: ReadonlyMap<string, string>
  readonly env: Readonly<Record<string, string | undefined>>
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly kysely: Kysely<any>
  readonly world: World
  readonly observer: ConnectorObserver
}

export interface Connectors extends AsyncDisposable {
  /** Names of the connectors that are in use. */
  readonly names: readonly string[]
  /** The source of a subgraph; null where it has no connector. @throws {ConnectorError} when its file cannot be used. */
  sourceOf(subgraph: string, declarations: Declarations, fallback: EntitySource): EntitySource | null
  /** Whether the system behind a connector answers; asked of it at most every few seconds. */
  isWell(name: string): Promise<boolean>
}

/** How long an answer about a system's health is good. */
const healthMs = 5_000

/** Makes the connectors of a process; each is opened by {@link Connectors.sourceOf}. */
export function openConnectors(options: OpenConnectorsOptions): Connectors {
  const { bySubgraph, world } = options
  const opened = new Map<string, Connector>()
  const health = new Map<string, { readonly askedMs: number; readonly answer: Promise<boolean> }>()

  async function ask(connector: Connector): Promise<boolean> {
    return (await connector.driver.health(AbortSignal.timeout(900))).ok
  }

  return {
    names: [...new Set(bySubgraph.values())],
    sourceOf(subgraph, declarations, fallback) {
      const name = bySubgraph.get(subgraph)
      if (name === undefined) return null
      if (opened.has(name)) {
        throw new Error(`The connector ${name} serves another subgraph already; give ${subgraph} one of its own.`)
      }
      const connector = openConnector({ ...options, name, declarations, fallback })
      opened.set(name, connector)
      return connector.source
    },
    async isWell(name) {
      const connector = opened.get(name)
      if (!connector) return false
      const last = health.get(name)
      const nowMs = world.now().getTime()
      if (last && nowMs - last.askedMs < healthMs) return await last.answer
      const answer = ask(connector).catch(() => false)
      health.set(name, { askedMs: nowMs, answer })
      return await answer
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...opened.values()].map((connector) => connector.close()))
    },
  }
}
