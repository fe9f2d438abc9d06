/**
 * Opens the kill switch of a gateway: the live snapshot of the stops in force, the reports of obeying them, and the word that this
 * gateway is there. Stops whose time is over are released by whichever gateway sees it first, and the ledger says so.
 */
import type { World } from '../../../lib/world.ts'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import type { Cache } from '../../../storage/cache.ts'
import {
  type Stop,
  type StopReport,
  type StopStore,
  gatewaySilenceMs,
  stopsChannel,
} from '../../../storage/stores/stops.ts'
import type { Ledger } from '../../audit/entry.ts'
import { gatewayPrincipal, noteEvent } from '../../audit/note-event.ts'
import { type LiveSnapshot, openLiveSnapshot } from '../../live-snapshot.ts'
import type { Log } from '../../log.ts'
import { type StopControl, createStopControl } from './stops.ts'

export interface OpenStopsOptions {
  readonly store: StopStore
  readonly cache: Pick<Cache, 'subscribe'>
  readonly ledger: Ledger
  readonly world: World
  readonly log: Pick<Log, 'warn'>
  readonly currentRevision: () => PolicyRevision
  /** Default 1 second. */
  readonly pollMs?: number
  /** A snapshot older than this lets nothing run. Default 10 seconds. */
  readonly maxAgeMs?: number
  /** How long a request with a stale snapshot waits for a new one. Default 2 seconds. */
  readonly waitMs?: number
}

export interface OpenedStops extends AsyncDisposable {
  readonly control: StopControl
  /** Whether the snapshot is young enough; readiness reads it. */
  healthy(): boolean
}

/** Opens it; resolves when the stops in force are known, or after the wait. */
export async function openStops(options: OpenStopsOptions): Promise<OpenedStops> {
  const { store, ledger, world, log, currentRevision } = options
  const gateway = world.newId()
  const startedAt = world.now()
  const background = new Set<Promise<unknown>>()
  let snapshot: LiveSnapshot<readonly Stop[]> | null = null
  let nextEnd = startedAt

  /** What answers nobody must not fail anybody. */
  function behind(what: string, work: Promise<unknown>): void {
    const settled = work
      .catch((error: unknown) => {
        log.warn({ err: error }, what)
      })
      .finally(() => background.delete(settled))
    background.add(settled)
  }

  async function expire(now: Date): Promise<void> {
    for (const { id, scope, mode } of await store.expire(now, gatewayPrincipal)) {
      const args = { id, scope: scope.kind, target: scope.target, mode }
      await noteEvent(ledger, { name: 'stop.expired', args, revision: currentRevision().id }, world)
    }
  }

  async function load(now: Date): Promise<readonly Stop[]> {
    if (nextEnd <= now) behind('stops whose time is over are not marked as released yet', expire(now))
    const stops = await store.inForce(now)
    nextEnd = new Date(
      Math.min(...stops.map(({ expiresAt }) => expiresAt?.getTime() ?? Infinity), now.getTime() + 60_000),
    )
    return stops
  }

  /** A gateway that starts into a stop obeys it from its first request on, and has nothing to report. */
  function report(found: Omit<StopReport, 'gateway'>, stops: readonly Stop[]): void {
    const stop = stops.find(({ id }) => id === found.stopId)
    if (stop === undefined || stop.engagedAt < startedAt) return
    behind('it was not reported that this gateway obeys a stop', store.report({ ...found, gateway }))
  }

  const control = createStopControl({
    inForce: { current: () => snapshot?.current() ?? null, fresh: () => snapshot?.fresh() ?? Promise.resolve(null) },
    world,
    currentRevision,
  })
  const opened = await openLiveSnapshot<readonly Stop[]>({
    ...options,
    name: 'the list of stops',
    channel: stopsChannel,
    load,
    onChange: (stops) => {
      for (const found of control.obey(stops)) report(found, stops)
    },
  })
  snapshot = opened
  const sayHere = () => {
    behind('other processes do not know that this gateway is there', store.seen(gateway, world.now()))
  }
  sayHere()
  const timer = setInterval(sayHere, gatewaySilenceMs / 3)
  timer.unref()

  return {
    control,
    healthy: () => opened.healthy(),
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await opened.close()
      behind('other processes will know only later that this gateway has gone', store.left(gateway))
      await Promise.all(background)
    },
  }
}
