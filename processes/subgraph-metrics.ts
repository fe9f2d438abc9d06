/** Counters of a subgraph's own process for Prometheus; as in a gateway, no label says who asked or for what. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import { createConnectorMetrics, type ConnectorMetrics } from '../gateway/connector-metrics.ts'
import type { FetchOutcome } from '../subgraphs/serve.ts'

export interface SubgraphMetrics extends ConnectorMetrics {
  readonly registry: Registry
  /** One fetch of a gateway, or of somebody who is none. */
  fetched(outcome: FetchOutcome, durationMs: number): void
  /** A statement whose earlier use could not be looked up in Redis. */
  replayMemoryAway(): void
  policyLoaded(outcome: 'compiled' | 'refused'): void
  readiness(part: string, ready: boolean): void
}

/** Makes the registry of one subgraph process. `knownGateways` is asked at each scrape. */
export function createSubgraphMetrics(subgraph: string, knownGateways: () => number): SubgraphMetrics {
  const registry = new Registry()
  registry.setDefaultLabels({ subgraph })
  collectDefaultMetrics({ register: registry, prefix: 'mandate_' })
  const registers = [registry]
  const seconds = new Histogram({
    name: 'mandate_subgraph_fetch_seconds',
    help: 'Time of one fetch in this subgraph; `refused` had no good statement.',
    labelNames: ['outcome'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10],
    registers,
  })
  const away = new Counter({
    name: 'mandate_statement_replay_unknown_total',
    help: 'Statements whose earlier use could not be looked up, because Redis was away.',
    registers,
  })
  const revisions = new Counter({
    name: 'mandate_policy_revisions_total',
    help: 'Policy revisions that were offered while running, by what became of them.',
    labelNames: ['outcome'],
    registers,
  })
  const ready = new Gauge({ name: 'mandate_ready', help: '1 when the part is ready.', labelNames: ['part'], registers })
  new Gauge({
    name: 'mandate_statement_gateways_known',
    help: 'Gateways whose statement keys are known here.',
    registers,
    collect() {
      this.set(knownGateways())
    },
  })
  return {
    registry,
    ...createConnectorMetrics(registry),
    fetched: (outcome, durationMs) => {
      seconds.observe({ outcome }, durationMs / 1000)
    },
    replayMemoryAway: () => {
      away.inc()
    },
    policyLoaded: (outcome) => {
      revisions.inc({ outcome })
    },
    readiness: (part, isReady) => {
      ready.set({ part }, isReady ? 1 : 0)
    },
  }
}
