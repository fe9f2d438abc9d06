/**
 * The kill switch as a gateway obeys it: every operation is compared with the stops in force before it is decided and once more
 * before it runs, and a stop in the mode `HALT` cuts off what runs. Where the stops cannot be told, nothing runs.
 */
import type { Caller } from '../../../lib/caller.ts'
import type { World } from '../../../lib/world.ts'
import type { Stop, StopReport } from '../../../storage/stores/stops.ts'
import type { Exchange } from '../../exchange.ts'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import type { Stops } from '../controls.ts'
import { type BegunOperations, rememberBegun } from './begun.ts'
import { covers, footprintOf } from './coverage.ts'
import { isExempt, mayAlwaysEnter } from './exempt.ts'
import { type Reached, stoppedError, stopsUnavailable } from './stopped.ts'

/** The stops in force, as a live snapshot gives them: null when nobody can tell. */
export interface StopsInForce {
  current(): readonly Stop[] | null
  fresh(): Promise<readonly Stop[] | null>
}

export interface StopControl extends Stops {
  /**
   * Watches an open stream: `close` is called when a stop in the mode `DRAIN` or `HALT` covers its caller. Call the result when the
   * stream has ended. Throws `STOPPED` where one does already.
   */
  watchStream(caller: Caller, close: (reason: Error) => void): () => void
  /** Obeys a new list of stops, and says of each that is new what it met here. */
  obey(stops: readonly Stop[]): readonly Omit<StopReport, 'gateway'>[]
}

export interface StopControlOptions {
  readonly inForce: StopsInForce
  readonly world: Pick<World, 'now'>
  readonly currentRevision: () => PolicyRevision
  readonly begun?: BegunOperations
}

interface Stream {
  readonly caller: Caller
  readonly close: (reason: Error) => void
}

/** Makes the control. */
export function createStopControl({
  inForce,
  world,
  currentRevision,
  begun = rememberBegun(),
}: StopControlOptions): StopControl {
  const running = new Set<Exchange>()
  const streams = new Set<Stream>()
  let obeyed: ReadonlySet<string> = new Set()

  const covering = (
    stops: readonly Stop[],
    exchange: Pick<Exchange, 'caller' | 'operation' | 'revision'>,
  ): Stop | null => {
    if (stops.length === 0) return null
    if (exchange.operation !== null && isExempt({ ...exchange, operation: exchange.operation })) return null
    if (exchange.operation === null && mayAlwaysEnter(exchange.caller)) return null
    const footprint = footprintOf(exchange)
    const found = stops.filter(({ scope }) => covers(scope, footprint))
    return found.find(({ mode }) => mode === 'HALT') ?? found[0] ?? null
  }
  const ofStream = ({ caller }: Stream) => ({ caller, operation: null, revision: currentRevision() })

  function abortCovered(stop: Stop): { readonly running: number; readonly aborted: number } {
    const covered = [...running].filter((exchange) => covering([stop], exchange) !== null)
    const cut = stop.mode === 'HALT' ? covered.filter(({ signal }) => !signal.aborted) : []
    for (const exchange of cut) exchange.abort(stoppedError(stop, reachedBy(exchange)))
    return { running: covered.length, aborted: cut.length }
  }

  function closeCovered(stop: Stop): void {
    if (stop.mode === 'BLOCK_NEW') return
    for (const stream of streams) {
      if (covering([stop], ofStream(stream)) === null) continue
      streams.delete(stream)
      stream.close(stoppedError(stop, 'nothing-changed'))
    }
  }

  return {
    async assertClear(exchange) {
      if (isExempt(exchange)) return
      const stops = inForce.current() ?? (await inForce.fresh())
      if (stops === null) throw stopsUnavailable()
      const stop = covering(stops, exchange)
      if (stop !== null) throw stoppedError(stop, 'nothing-changed')
      begun.note(footprintOf(exchange), world.now())
    },

    watch(exchange) {
      // Whoever is halted as such does not come as far as the schema: its token is refused.
      const halts = (inForce.current() ?? []).filter(({ mode }) => mode === 'HALT')
      const { caller, revision } = exchange
      const stop = covering(halts, { caller, revision, operation: null })
      if (stop !== null) throw stoppedError(stop, 'nothing-changed')
      running.add(exchange)
      return () => {
        running.delete(exchange)
      }
    },

    watchStream(caller, close) {
      const stream = { caller, close }
      const stops = inForce.current()
      if (stops === null) throw stopsUnavailable()
      const stop = covering(stops, ofStream(stream))
      if (stop !== null) throw stoppedError(stop, 'nothing-changed')
      streams.add(stream)
      return () => {
        streams.delete(stream)
      }
    },

    obey(stops) {
      const fresh = stops.filter(({ id }) => !obeyed.has(id))
      obeyed = new Set(stops.map(({ id }) => id))
      return fresh.map((stop) => {
        const { running: met, aborted } = abortCovered(stop)
        closeCovered(stop)
        const lastBeganAt = begun.lastIn(stop.scope, stop.engagedAt)
        return { stopId: stop.id, obeyedAt: world.now(), lastBeganAt, running: met, aborted }
      })
    },
  }
}

/** A mutation that a system has been asked for may have happened. */
function reachedBy({ operation, subgraphs }: Exchange): Reached {
  return operation?.kind === 'mutation' && subgraphs.size > 0 ? 'unknown' : 'nothing-changed'
}
