/**
 * Grants: coordinates that somebody opened to one principal, for one purpose and a time. A grant ends by itself when its time is over,
 * or when a campaign that certifies it is due and nobody has answered: the moment counts, not when it is written down.
 */
import { type Kysely, type Selectable, type SqlBool, sql } from 'kysely'
import type { CallerGrant, CallerKind, PrincipalId } from '../../lib/caller.ts'
import type { Coordinate } from '../../lib/labels.ts'
import type { AccessTables, GrantStatus } from '../tables/access.ts'
import type { Tables } from '../tables.ts'
import { type Sight, seenWith } from './access-requests.ts'
import { type Listed, type Page, allOf, pageOf } from './page.ts'

/** Gateways read the grants again when something is said here. */
export const grantsChannel = 'grants:changed'

export interface NewGrant extends CallerGrant {
  readonly requestId: string
  readonly principal: PrincipalId
  readonly kind: CallerKind
  readonly purpose: string
  /** The role whose holders answer for it. */
  readonly decider: string
  readonly grantedBy: string
  readonly grantedAt: Date
  readonly expiresAt: Date
}

export interface Grant extends NewGrant {
  /** As it is at the moment of reading, also where that has not been written down yet. */
  readonly status: GrantStatus
  readonly endedBy: string | null
  readonly endedAt: Date | null
  readonly endReason: string | null
  readonly lastUsedAt: Date | null
  readonly uses: number
  readonly version: number
}

/** A grant as gateways hold it: all that a request needs to know. */
export interface GrantInForce extends CallerGrant {
  readonly principal: PrincipalId
  readonly purpose: string
  /** From this moment on it opens nothing. */
  readonly endsAt: Date
}

export interface GrantFilter {
  readonly status?: GrantStatus
  readonly principal?: string
  readonly purpose?: string
  /** Active ones that were granted before, and not used at or after, this moment. */
  readonly unusedSince?: Date
}

/** How a grant ends. */
export interface GrantEnd {
  readonly to: Exclude<GrantStatus, 'ACTIVE'>
  /** The version it was read at; left out where the control plane acts by itself. */
  readonly version?: number
  readonly by: string
  readonly reason: string
  readonly now: Date
}

/** How often a grant was used since the last note, and when last. */
export interface GrantUse {
  readonly id: string
  readonly uses: number
  readonly lastUsedAt: Date
}

export interface GrantStore {
  get(id: string, now: Date): Promise<Grant | null>
  list(filter: GrantFilter, sight: Sight | null, page: Page, now: Date): Promise<Listed<Grant>>
  /** All active grants, the oldest first. */
  active(now: Date): Promise<readonly Grant[]>
  /** The active grants of a principal. */
  activeOf(principal: string, now: Date): Promise<readonly Grant[]>
  /** The grants that came of these requests. */
  ofRequests(requestIds: readonly string[], now: Date): Promise<readonly Grant[]>
  /** Everything in force, for a gateway's snapshot. */
  inForce(now: Date): Promise<readonly GrantInForce[]>
  add(grant: NewGrant): Promise<Grant>
  /** Ends an active grant; null where it has ended already, or is not at this version. */
  end(id: string, end: GrantEnd): Promise<Grant | null>
  /** Takes coordinates or time away; null where it is not active any more. */
  narrow(id: string, to: Pick<NewGrant, 'coordinates' | 'expiresAt'>, now: Date): Promise<Grant | null>
  /** Writes down which grants have expired, and gives them; each is given to one caller only. */
  expireDue(by: string, now: Date): Promise<readonly Grant[]>
  /** Adds to what is known of the use of grants. */
  noteUses(uses: readonly GrantUse[]): Promise<void>
}

/** When an open campaign takes the grant away, where nobody answers; null where none certifies it. */
const certifyBy = sql<Date | null>`(
  select min(campaigns.due_at) from mandate.campaign_items as items
  join mandate.campaigns as campaigns on campaigns.id = items.campaign_id
  where items.kind = 'GRANT' and items.subject_id = grants.id and items.status = 'PENDING' and campaigns.status = 'OPEN'
)`

/** What a grant is at a moment. */
const statusAt = (now: Date) => sql<GrantStatus>`case
  when grants.status <> 'ACTIVE' then grants.status
  when ${certifyBy} <= ${now} then 'REVOKED'
  when grants.expires_at <= ${now} then 'EXPIRED'
  else 'ACTIVE' end`

/** Opens the grants over `mandate.grants`. `kysely` may be a transaction of the caller's. */
export function createGrantStore(kysely: Kysely<Tables>): GrantStore {
  const read = (now: Date) =>
    kysely
      .selectFrom((from) =>
        from
          .selectFrom('mandate.grants as grants')
          .selectAll('grants')
          .select(statusAt(now).as('status_now'))
          .as('grants'),
      )
      .selectAll('grants')

  return {
    async get(id, now) {
      const row = await read(now).where('id', '=', id).executeTakeFirst()
      return row ? toGrant(row, row.status_now) : null
    },
    async list({ status, principal, purpose, unusedSince }, sight, page, now) {
      const rows = await read(now)
        .where(
          allOf(
            status === undefined ? null : sql<SqlBool>`status_now = ${status}`,
            principal === undefined ? null : sql<SqlBool>`principal = ${principal}`,
            purpose === undefined ? null : sql<SqlBool>`purpose = ${purpose}`,
            unusedSince === undefined
              ? null
              : sql<SqlBool>`(status_now = 'ACTIVE' and coalesce(last_used_at, granted_at) < ${unusedSince})`,
            sight === null ? null : seenWith(sight),
            page.after === null ? null : sql<SqlBool>`id < ${page.after}`,
          ),
        )
        .orderBy('id', 'desc')
        .limit(page.first + 1)
        .execute()
      return pageOf(rows, page, (row) => toGrant(row, row.status_now))
    },
    async active(now) {
      const rows = await read(now).where('status_now', '=', 'ACTIVE').orderBy('id').execute()
      return rows.map((row) => toGrant(row, row.status_now))
    },
    async activeOf(principal, now) {
      const rows = await read(now)
        .where('principal', '=', principal)
        .where('status_now', '=', 'ACTIVE')
        .orderBy('id')
        .execute()
      return rows.map((row) => toGrant(row, row.status_now))
    },
    async ofRequests(requestIds, now) {
      const rows = await read(now)
        .where(sql<SqlBool>`request_id = any(${requestIds})`)
        .execute()
      return rows.map((row) => toGrant(row, row.status_now))
    },
    async inForce(now) {
      const rows = await kysely
        .selectFrom('mandate.grants as grants')
        .select(['id', 'principal', 'purpose', 'coordinates', 'scopes', 'expires_at'])
        .select(certifyBy.as('certify_by'))
        .where('status', '=', 'ACTIVE')
        .where('expires_at', '>', now)
        .execute()
      return rows.map(({ id, principal, purpose, coordinates, scopes, expires_at: expires, certify_by: certify }) => ({
        id,
        principal: principal as PrincipalId,
        purpose,
        coordinates: coordinates as Coordinate[],
        scopes,
        endsAt: certify !== null && certify < expires ? certify : expires,
      }))
    },
    async add(grant) {
      const row = await kysely
        .insertInto('mandate.grants')
        .values({
          id: grant.id,
          request_id: grant.requestId,
          principal: grant.principal,
          kind: grant.kind,
          coordinates: grant.coordinates,
          scopes: grant.scopes,
          purpose: grant.purpose,
          decider: grant.decider,
          granted_by: grant.grantedBy,
          granted_at: grant.grantedAt,
          expires_at: grant.expiresAt,
          status: 'ACTIVE',
          version: 1,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      return toGrant(row)
    },
    async end(id, { to, version, by, reason, now }) {
      const query = kysely
        .updateTable('mandate.grants')
        .set({ status: to, ended_by: by, ended_at: now, end_reason: reason, version: sql<number>`version + 1` })
        .where('id', '=', id)
        .where('status', '=', 'ACTIVE')
      const row = await (version === undefined ? query : query.where('version', '=', version))
        .returningAll()
        .executeTakeFirst()
      return row ? toGrant(row) : null
    },
    async narrow(id, { coordinates, expiresAt }, now) {
      const row = await kysely
        .updateTable('mandate.grants')
        .set({ coordinates, expires_at: expiresAt, version: sql<number>`version + 1` })
        .where('id', '=', id)
        .where('status', '=', 'ACTIVE')
        .where('expires_at', '>', now)
        // INVARIANT: nothing that is changed here can widen a grant, whatever it is asked.
        .where('expires_at', '>=', expiresAt)
        .where(sql<SqlBool>`coordinates @> ${coordinates}`)
        .returningAll()
        .executeTakeFirst()
      return row ? toGrant(row) : null
    },
    async expireDue(by, now) {
      const rows = await kysely
        .updateTable('mandate.grants')
        .set({
          status: 'EXPIRED',
          ended_by: by,
          ended_at: sql<Date>`expires_at`,
          end_reason: 'its time was over',
          version: sql<number>`version + 1`,
        })
        .where('status', '=', 'ACTIVE')
        .where('expires_at', '<=', now)
        .returningAll()
        .execute()
      return rows.map((row) => toGrant(row))
    },
    async noteUses(uses) {
      for (const { id, uses: more, lastUsedAt } of uses) {
        await kysely
          .updateTable('mandate.grants')
          .set({
            uses: sql<number>`uses + ${more}`,
            last_used_at: sql<Date>`greatest(coalesce(last_used_at, ${lastUsedAt}), ${lastUsedAt})`,
          })
          .where('id', '=', id)
          .execute()
      }
    },
  }
}

function toGrant(row: Selectable<AccessTables['mandate.grants']>, status: GrantStatus = row.status): Grant {
  return {
    id: row.id,
    requestId: row.request_id,
    principal: row.principal as PrincipalId,
    kind: row.kind,
    coordinates: row.coordinates as Coordinate[],
    scopes: row.scopes,
    purpose: row.purpose,
    decider: row.decider,
    grantedBy: row.granted_by,
    grantedAt: row.granted_at,
    expiresAt: row.expires_at,
    status,
    endedBy: row.ended_by,
    endedAt: row.ended_at,
    endReason: row.end_reason,
    lastUsedAt: row.last_used_at,
    uses: row.uses,
    version: row.version,
  }
}
