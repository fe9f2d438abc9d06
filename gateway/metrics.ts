/** Counters and histograms for Prometheus. Labels have few values: never a caller, a field or a text that came from outside. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import { createConnectorMetrics, type ConnectorMetrics } from './connector-metrics.ts'
import type { Answer } from './response/answer.ts'

export interface Metrics extends ConnectorMetrics {
  readonly registry: Registry
  answered(answer: Answer, durationMs: number): void
  policyLoaded(outcome: 'compiled' | 'refused'): void
  /** Seconds, by subgraph. */
  fetched(subgraph: string, durationMs: number, ok: 'ok' | 'failed'): void
  readiness(part: string, ready: boolean): void
}

/** Makes the registry of one gateway; two gateways in one process do not share it. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'mandate_' })
  const registers = [registry]
  const requests = new Counter({
    name: 'mandate_requests_total',
    help: 'Answers by catalogue code; `OK` without errors.',
    labelNames: ['code'],
    registers,
  })
  const seconds = new Histogram({
    name: 'mandate_request_seconds',
    help: 'Time from the first byte to the answer.',
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  })
  const fetches = new Histogram({
    name: 'mandate_fetch_seconds',
    help: 'Time of one fetch from a subgraph.',
    labelNames: ['subgraph', 'outcome'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10],
    registers,
  })
  const revisions = new Counter({
    name: 'mandate_policy_revisions_total',
    help: 'Policy revisions that were offered while running, by what became of them.',
    labelNames: ['outcome'],
    registers,
  })
  const ready = new Gauge({ name: 'mandate_ready', help: '1 when the part is ready.', labelNames: ['part'], registers })
  return {
    registry,
    ...createConnectorMetrics(registry),
    answered(answer, durationMs) {
      requests.inc({ code: answer.codes[0] ?? 'OK' })
      seconds.observe(durationMs / 1000)
    },
    policyLoaded: (outcome) => {
      revisions.inc({ outcome })
    },
    fetched: (subgraph, durationMs, outcome) => {
      fetches.observe({ subgraph, outcome }, durationMs / 1000)
    },
    readiness: (part, isReady) => {
      ready.set({ part }, isReady ? 1 : 0)
    },
  }
}
