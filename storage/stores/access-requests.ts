/** Requests for access, as they were asked and as they were answered. A request is never deleted. */
import { type Kysely, type Selectable, type SqlBool, sql } from 'kysely'
import type { CallerKind, PrincipalId } from '../../lib/caller.ts'
import type { Coordinate } from '../../lib/labels.ts'
import type { AccessTables, RequestStatus } from '../tables/access.ts'
import type { Tables } from '../tables.ts'
import { type Listed, type Page, allOf, pageOf } from './page.ts'

/** What somebody asks for, of one deciding role. */
export interface NewAccessRequest {
  readonly id: string
  readonly principal: PrincipalId
  readonly kind: CallerKind
  /** The roles that the principal holds. */
  readonly roles: readonly string[]
  readonly coordinates: readonly Coordinate[]
  /** The scopes that would be counted as held, at the coordinates. */
  readonly scopes: readonly string[]
  readonly purpose: string
  readonly reason: string
  /** How long the grant lasts, from the decision on. */
  readonly durationMs: number
  /** The role whose holders decide. */
  readonly decider: string
  readonly policyRevision: string
}

export interface AccessRequest extends NewAccessRequest {
  readonly status: RequestStatus
  readonly decidedBy: string | null
  readonly decidedAt: Date | null
  readonly decisionReason: string | null
  readonly version: number
  readonly createdAt: Date
}

/** Whose requests somebody may see: their own, and those that their roles decide. */
export interface Sight {
  readonly principal: string
  readonly deciders: readonly string[]
}

export interface AccessRequestFilter {
  readonly status?: RequestStatus
  readonly principal?: string
  readonly decider?: string
}

/** An answer to a request. */
export interface RequestStep {
  readonly to: Exclude<RequestStatus, 'REQUESTED'>
  readonly version: number
  readonly by: string
  readonly reason: string | null
  readonly now: Date
}

/** What {@link Sight} takes in, over columns `principal` and `decider`. */
export function seenWith({ principal, deciders }: Sight) {
  return sql<SqlBool>`(principal = ${principal} or decider = any(${deciders}))`
}

export interface AccessRequestStore {
  get(id: string): Promise<AccessRequest | null>
  /** One page of what `sight` takes in; null sees all. */
  list(filter: AccessRequestFilter, sight: Sight | null, page: Page): Promise<Listed<AccessRequest>>
  /** The requests of a principal that nobody has answered, the oldest first. */
  openOf(principal: string): Promise<readonly AccessRequest[]>
  add(request: NewAccessRequest, now: Date): Promise<AccessRequest>
  /** Answers an open request; null where it is not open any more, or not at this version. */
  step(id: string, step: RequestStep): Promise<AccessRequest | null>
}

/** Opens the requests over `mandate.access_requests`. `kysely` may be a transaction of the caller's. */
export function createAccessRequestStore(kysely: Kysely<Tables>): AccessRequestStore {
  const requests = () => kysely.selectFrom('mandate.access_requests').selectAll()
  return {
    async get(id) {
      const row = await requests().where('id', '=', id).executeTakeFirst()
      return row ? toRequest(row) : null
    },
    async list({ status, principal, decider }, sight, page) {
      const rows = await requests()
        .where(
          allOf(
            status === undefined ? null : sql<SqlBool>`status = ${status}`,
            principal === undefined ? null : sql<SqlBool>`principal = ${principal}`,
            decider === undefined ? null : sql<SqlBool>`decider = ${decider}`,
            sight === null ? null : seenWith(sight),
            page.after === null ? null : sql<SqlBool>`id < ${page.after}`,
          ),
        )
        .orderBy('id', 'desc')
        .limit(page.first + 1)
        .execute()
      return pageOf(rows, page, toRequest)
    },
    async openOf(principal) {
      const rows = await requests()
        .where('principal', '=', principal)
        .where('status', '=', 'REQUESTED')
        .orderBy('id')
        .execute()
      return rows.map(toRequest)
    },
    async add({ durationMs, policyRevision, ...request }, now) {
      const row = await kysely
        .insertInto('mandate.access_requests')
        .values({
          ...request,
          duration_ms: durationMs,
          policy_revision: policyRevision,
          status: 'REQUESTED',
          version: 1,
          created_at: now,
          updated_at: now,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      return toRequest(row)
    },
    async step(id, { to, version, by, reason, now }) {
      const row = await kysely
        .updateTable('mandate.access_requests')
        .set({
          status: to,
          decided_by: by,
          decided_at: now,
          decision_reason: reason,
          version: sql<number>`version + 1`,
          updated_at: now,
        })
        .where('id', '=', id)
        .where('status', '=', 'REQUESTED')
        .where('version', '=', version)
        .returningAll()
        .executeTakeFirst()
      return row ? toRequest(row) : null
    },
  }
}

function toRequest(row: Selectable<AccessTables['mandate.access_requests']>): AccessRequest {
  return {
    id: row.id,
    principal: row.principal as PrincipalId,
    kind: row.kind,
    roles: row.roles,
    coordinates: row.coordinates as Coordinate[],
    scopes: row.scopes,
    purpose: row.purpose,
    reason: row.reason,
    durationMs: row.duration_ms,
    decider: row.decider,
    policyRevision: row.policy_revision,
    status: row.status,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
    decisionReason: row.decision_reason,
    version: row.version,
    createdAt: row.created_at,
  }
}
