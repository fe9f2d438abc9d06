/** Makes the transport from the settings: subgraphs with an address over HTTP, the others in this process. */
import type { Statement } from '../../lib/statement.ts'
import type { World } from '../../lib/world.ts'
import { seedCompany } from '../../subgraphs/company/seed.ts'
import { type SubgraphsDeps, createSubgraphs } from '../../subgraphs/index.ts'
import type { Config } from '../config.ts'
import type { Metrics } from '../metrics.ts'
import { type Transport, createHttpTransport, createLocalTransport } from './transport.ts'

export interface OpenTransportOptions {
  readonly config: Config
  readonly world: World
  readonly metrics: Metrics
  readonly sign: (statement: Statement) => string
  /** What the subgraphs of this process are made from. */
  readonly subgraphs: SubgraphsDeps
}

export { seedCompany }

/** Answers of a subgraph larger than this are cut off and become `SYSTEM_UNAVAILABLE`. */
const maxResponseBytes = 16 * 1024 * 1024

export function openTransport({ config, metrics, sign, subgraphs }: OpenTransportOptions): Transport {
  const urls = new Map(Object.entries(config.subgraphs).map(([name, { url }]) => [name, new URL(url)]))
  const local = createLocalTransport(
    createSubgraphs(subgraphs).filter((subgraph) => !urls.has(subgraph.name)),
    config.timeouts.fetchMs,
  )
  const remote = createHttpTransport({
    urls,
    sign,
    timeoutMs: config.timeouts.fetchMs,
    maxResponseBytes,
    connections: 64,
  })
  return measured({ metrics, pick: (name) => (urls.has(name) ? remote : local), parts: [local, remote] })
}

interface Measured {
  readonly metrics: Metrics
  readonly pick: (name: string) => Transport
  readonly parts: readonly Transport[]
}

function measured({ metrics, pick, parts }: Measured): Transport {
  return {
    async fetch(name, request) {
      const startedMs = performance.now()
      try {
        const response = await pick(name).fetch(name, request)
        metrics.fetched(name, performance.now() - startedMs, 'ok')
        return response
      } catch (error) {
        metrics.fetched(name, performance.now() - startedMs, 'failed')
        throw error
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(parts.map((part) => part[Symbol.asyncDispose]()))
    },
  }
}
