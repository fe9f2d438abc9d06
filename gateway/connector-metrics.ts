/** What is measured of connectors, in whatever process they run. */
import { Gauge, Histogram, type Registry } from 'prom-client'

export interface ConnectorMetrics {
  /** One attempt of a connector's call. */
  connectorAttempted(connector: string, outcome: string, durationMs: number): void
  connectorBreaker(connector: string, state: BreakerState): void
}

const breakerStates = ['closed', 'half-open', 'open'] as const
type BreakerState = (typeof breakerStates)[number]

/** Adds the metrics to a registry. */
export function createConnectorMetrics(registry: Registry): ConnectorMetrics {
  const registers = [registry]
  const attempts = new Histogram({
    name: 'mandate_connector_attempt_seconds',
    help: 'Time of one attempt of a call to a system behind a connector; a call that is tried again has several.',
    labelNames: ['connector', 'outcome'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  })
  const breakers = new Gauge({
    name: 'mandate_connector_breaker',
    help: '1 for the state in which the circuit breaker of the connector is.',
    labelNames: ['connector', 'state'],
    registers,
  })
  return {
    connectorAttempted: (connector, outcome, durationMs) => {
      attempts.observe({ connector, outcome }, durationMs / 1000)
    },
    connectorBreaker: (connector, state) => {
      for (const each of breakerStates) breakers.set({ connector, state: each }, each === state ? 1 : 0)
    },
  }
}
