/**
 * Where stops are kept: the truth behind every gateway's snapshot. A stop changes only from the state and the version that its
 * changer has read. Beside them, what each gateway reports of obeying, and which gateways there are.
 */
import type { Kysely, Selectable } from 'kysely'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'
import type { BrakeTables } from '../tables/brakes.ts'
import type { StopMode, StopScope, StopState } from './stop-states.ts'

export interface Stop {
  readonly id: string
  readonly scope: StopScope
  readonly mode: StopMode
  readonly reason: string
  readonly state: StopState
  readonly engagedBy: string
  readonly engagedAt: Date
  /** When it ends by itself; null for never. */
  readonly expiresAt: Date | null
  /** How many people must release it. */
  readonly releaseNeeds: 1 | 2
  readonly releaseRequestedBy: string | null
  readonly releaseRequestedAt: Date | null
  readonly releasedBy: string | null
  readonly releasedAt: Date | null
  readonly version: number
}

/** What one gateway saw when it began to obey. */
export interface StopReport {
  readonly stopId: string
  readonly gateway: string
  readonly obeyedAt: Date
  /** The last operation in scope that began there after the stop was engaged; null for none. */
  readonly lastBeganAt: Date | null
  /** Operations in scope that were running. */
  readonly running: number
  /** How many of them were cut off. */
  readonly aborted: number
}

export interface RunningGateway {
  readonly id: string
  readonly startedAt: Date
}

export interface StopFilter {
  readonly state?: readonly StopState[]
  readonly ids?: readonly string[]
  /** The place of a stop: only those engaged before it. */
  readonly after?: { readonly engagedAt: Date; readonly id: string }
  readonly limit: number
}

export interface StopStore {
  /** The stops in force, oldest first; those whose time is over are left out. */
  inForce(now: Date): Promise<readonly Stop[]>
  /** The newest first. */
  find(filter: StopFilter): Promise<readonly Stop[]>
  engage(stop: Stop): Promise<void>
  /** Notes the first of two releases; false when the stop is not at this version, or not engaged. */
  requestRelease(id: string, version: number, by: string, now: Date): Promise<boolean>
  /** Releases from a state; false when the stop is not at this version and in this state. */
  release(id: string, version: number, from: StopState, by: string, now: Date): Promise<boolean>
  /** Releases those whose time is over, and answers them; each is answered to one caller only. */
  expire(now: Date, by: string): Promise<readonly Stop[]>
  /** Keeps the first report of a gateway. */
  report(report: StopReport): Promise<void>
  reportsOf(ids: readonly string[]): Promise<readonly StopReport[]>
  /** Says that a gateway is there. */
  seen(gateway: string, now: Date): Promise<void>
  /** Says that it has gone. */
  left(gateway: string): Promise<void>
  /** The gateways that were seen since. */
  gateways(since: Date): Promise<readonly RunningGateway[]>
}

/** Gateways read the store again when something is said here. */
export const stopsChannel = 'stops:changed'

/** A gateway that runs says so more often than this. */
export const gatewaySilenceMs = 30_000

/** Makes the store over `mandate.stops`. The database may be a transaction of the caller's. */
export function createStopStore({ kysely }: { readonly kysely: Kysely<Tables> } | Pick<Database, 'kysely'>): StopStore {
  const stops = () => kysely.selectFrom('mandate.stops').selectAll()
  return {
    async inForce(now) {
      const rows = await stops()
        .where('state', '!=', 'RELEASED')
        .where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', now)]))
        .orderBy('engaged_at')
        .orderBy('id')
        .execute()
      return rows.map(toStop)
    },
    async find({ state, ids, after, limit }) {
      let query = stops().orderBy('engaged_at', 'desc').orderBy('id', 'desc').limit(limit)
      if (state !== undefined) query = query.where('state', 'in', [...state])
      if (ids !== undefined) query = query.where('id', 'in', [...ids])
      if (after !== undefined) {
        query = query.where((row) =>
          row.or([
            row('engaged_at', '<', after.engagedAt),
            row.and([row('engaged_at', '=', after.engagedAt), row('id', '<', after.id)]),
          ]),
        )
      }
      return (await query.execute()).map(toStop)
    },
    async engage({ scope, ...stop }) {
      await kysely
        .insertInto('mandate.stops')
        .values({
          id: stop.id,
          scope_kind: scope.kind,
          target: scope.target,
          mode: stop.mode,
          reason: stop.reason,
          state: stop.state,
          engaged_by: stop.engagedBy,
          engaged_at: stop.engagedAt,
          expires_at: stop.expiresAt,
          release_needs: stop.releaseNeeds,
          version: stop.version,
        })
        .execute()
    },
    async requestRelease(id, version, by, now) {
      const { numUpdatedRows } = await kysely
        .updateTable('mandate.stops')
        .set({ state: 'RELEASE_PENDING', release_requested_by: by, release_requested_at: now, version: version + 1 })
        .where('id', '=', id)
        .where('version', '=', version)
        .where('state', '=', 'ENGAGED')
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    async release(id, version, from, by, now) {
      const { numUpdatedRows } = await kysely
        .updateTable('mandate.stops')
        .set({ state: 'RELEASED', released_by: by, released_at: now, version: version + 1 })
        .where('id', '=', id)
        .where('version', '=', version)
        .where('state', '=', from)
        .where('state', '!=', 'RELEASED')
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    async expire(now, by) {
      const rows = await kysely
        .updateTable('mandate.stops')
        .set((row) => ({ state: 'RELEASED', released_by: by, released_at: now, version: row('version', '+', 1) }))
        .where('state', '!=', 'RELEASED')
        .where('expires_at', '<=', now)
        .returningAll()
        .execute()
      return rows.map(toStop)
    },
    async report({ stopId, gateway, obeyedAt, lastBeganAt, running, aborted }) {
      await kysely
        .insertInto('mandate.stop_reports')
        .values({ stop_id: stopId, gateway, obeyed_at: obeyedAt, last_began_at: lastBeganAt, running, aborted })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
    async reportsOf(ids) {
      if (ids.length === 0) return []
      const rows = await kysely
        .selectFrom('mandate.stop_reports')
        .selectAll()
        .where('stop_id', 'in', [...ids])
        .orderBy('obeyed_at')
        .orderBy('gateway')
        .execute()
      return rows.map((row) => ({
        stopId: row.stop_id,
        gateway: row.gateway,
        obeyedAt: row.obeyed_at,
        lastBeganAt: row.last_began_at,
        running: row.running,
        aborted: row.aborted,
      }))
    },
    async seen(gateway, now) {
      await kysely
        .insertInto('mandate.gateways')
        .values({ id: gateway, started_at: now, seen_at: now })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ seen_at: now }))
        .execute()
    },
    async left(gateway) {
      await kysely.deleteFrom('mandate.gateways').where('id', '=', gateway).execute()
    },
    async gateways(since) {
      const rows = await kysely
        .selectFrom('mandate.gateways')
        .select(['id', 'started_at'])
        .where('seen_at', '>=', since)
        .orderBy('id')
        .execute()
      return rows.map(({ id, started_at: startedAt }) => ({ id, startedAt }))
    },
  }
}

function toStop(row: Selectable<BrakeTables['mandate.stops']>): Stop {
  return {
    id: row.id,
    scope: scopeOf(row),
    mode: row.mode,
    reason: row.reason,
    state: row.state,
    engagedBy: row.engaged_by,
    engagedAt: row.engaged_at,
    expiresAt: row.expires_at,
    releaseNeeds: row.release_needs,
    releaseRequestedBy: row.release_requested_by,
    releaseRequestedAt: row.release_requested_at,
    releasedBy: row.released_by,
    releasedAt: row.released_at,
    version: row.version,
  }
}

function scopeOf({ scope_kind: kind, target }: Selectable<BrakeTables['mandate.stops']>): StopScope {
  // INVARIANT: a check of the table gives each of the others its target; were it lost, everything is stopped.
  return kind === 'EVERYTHING' || target === null ? { kind: 'EVERYTHING', target: null } : { kind, target }
}
