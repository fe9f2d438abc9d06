/** Makes the transport from the settings: subgraphs with an address over HTTP, the others in this process. */
import type { Statement } from '../../lib/statement.ts'
import { seedCompany } from '../../subgraphs/company/seed.ts'
import { type SubgraphsDeps, createSubgraph, subgraphNames } from '../../subgraphs/index.ts'
import type { Config } from '../config.ts'
import type { Metrics } from '../metrics.ts'
import { type Transport, createHttpTransport, createLocalTransport } from './transport.ts'

export interface OpenTransportOptions {
  readonly config: Config
  /** Where the subgraphs are that do not run in this process. */
  readonly urls: ReadonlyMap<string, URL>
  readonly metrics: Metrics
  readonly sign: (statement: Statement, variablesJson: string) => string
  /** What the subgraphs of this process are made from. */
  readonly subgraphs: SubgraphsDeps
}

export { seedCompany }

/** Answers of a subgraph larger than this are cut off and become `SYSTEM_UNAVAILABLE`. */
const maxResponseBytes = 16 * 1024 * 1024

export function openTransport({ config, urls, metrics, sign, subgraphs }: OpenTransportOptions): Transport {
  // In front of a foreign graph none of ours runs.
  const ownNames = subgraphs.contracts.length === 0 ? [] : subgraphNames
  const local = createLocalTransport(
    ownNames.filter((name) => !urls.has(name)).map((name) => createSubgraph(name, subgraphs)),
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
