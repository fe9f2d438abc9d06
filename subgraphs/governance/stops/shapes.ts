/** Stops in the form of the contract, and how long they took to be obeyed. */
import type { RunningGateway, Stop, StopReport } from '../../../storage/stores/stops.ts'

/** A stop without what changes behind it: what an idempotency key keeps. */
export function stopFields({ scope, ...stop }: Stop) {
  return {
    ...stop,
    scope: scope.kind,
    target: scope.target,
    engagedAt: stop.engagedAt.toISOString(),
    expiresAt: stop.expiresAt?.toISOString() ?? null,
    releaseRequestedAt: stop.releaseRequestedAt?.toISOString() ?? null,
    releasedAt: stop.releasedAt?.toISOString() ?? null,
  }
}

export type StopFields = ReturnType<typeof stopFields>

/** A stop with what the gateways report of it. */
export function stopNode(fields: StopFields, reports: readonly StopReport[], gateways: readonly RunningGateway[]) {
  const own = reports.filter(({ stopId }) => stopId === fields.id)
  return { ...fields, reports: own, timeToStop: timeToStop(new Date(fields.engagedAt), own, gateways) }
}

/** How long it took. A gateway that started later obeys from its first request on, and reports nothing. */
export function timeToStop(engagedAt: Date, reports: readonly StopReport[], gateways: readonly RunningGateway[]) {
  const obeying = gateways.filter(
    ({ id, startedAt }) => startedAt > engagedAt || reports.some(({ gateway }) => gateway === id),
  )
  const latest = (times: readonly (Date | null)[]): number | null => {
    const after = times.flatMap((time) => (time === null ? [] : [Math.max(0, time.getTime() - engagedAt.getTime())]))
    return after.length === 0 ? null : Math.max(...after)
  }
  return {
    gateways: gateways.length,
    obeying: obeying.length,
    obeyedAfterMs: latest(reports.map(({ obeyedAt }) => obeyedAt)),
    lastBeganAfterMs: latest(reports.map(({ lastBeganAt }) => lastBeganAt)),
  }
}

/** A page as a Relay connection; a stop's place is its time and its id. */
export function stopConnection<Node extends StopFields>(nodes: readonly Node[], hasNextPage: boolean) {
  const edges = nodes.map((node) => ({ cursor: `${node.engagedAt}_${node.id}`, node }))
  return { edges, nodes, pageInfo: { hasNextPage, endCursor: edges.at(-1)?.cursor ?? null } }
}

/** Reads a cursor back; null for what is none. */
export function placeOf(cursor: string): { readonly engagedAt: Date; readonly id: string } | null {
  const [, time, id] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)_([\w-]{1,100})$/.exec(cursor) ?? []
  return time === undefined || id === undefined ? null : { engagedAt: new Date(time), id }
}
