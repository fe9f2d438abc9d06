/** What people see of the reads that count against a bearer, and how they lift them. */
import { type Transaction, sql } from 'kysely'
import type { Coordinate } from '../../lib/labels.ts'
import type { Database } from '../database.ts'
import type { Tables } from '../tables.ts'
import type { EarlierRead, ReadLabel } from './flow.ts'
import { liveIn, lockBearers } from './flow-live.ts'

/** What one request has read of one coordinate. */
export interface CountedRead extends EarlierRead, ReadPlace {
  readonly at: Date
  readonly expiresAt: Date
  /** How many different values are followed; null for text from outside, and where an answer brought too many: then every value is. */
  readonly values: number | null
}

/** Where a page of reads ends. It names nothing that was read: agents are given it. */
export interface ReadPlace {
  readonly at: Date
  /** The number of its newest row. */
  readonly seq: number
}

export interface ReadsQuery {
  readonly bearers: readonly string[]
  /** Only reads of agents that one of these roles decides about; null for all. */
  readonly supervisors: readonly string[] | null
  readonly after: ReadPlace | null
  readonly limit: number
}

export interface Lift {
  readonly id: string
  readonly bearer: string
  readonly labels: readonly ReadLabel[]
  readonly reason: string
  readonly liftedBy: string
  readonly liftedAt: Date
}

/** Who lifts, and what it has seen. */
export interface LiftRequest extends Lift {
  /** What `version` said when the reads were looked at. */
  readonly expectedVersion: string
  /** Roles that the person decides for; null where it decides for all. */
  readonly supervises: readonly string[] | null
}

export type LiftOutcome =
  | { readonly outcome: 'lifted'; readonly lift: Lift }
  | { readonly outcome: 'nothing' }
  | { readonly outcome: 'changed'; readonly version: string }
  | { readonly outcome: 'not-theirs'; readonly supervisors: readonly (string | null)[] }

export interface FlowReads {
  /** A page of reads that count, the newest first; one more than `limit` where there are more. */
  reads(query: ReadsQuery, now: Date): Promise<readonly CountedRead[]>
  /** Stands for everything that counts against the bearer now; it is another one after each read. */
  version(bearer: string, now: Date): Promise<string>
}

/** Makes the reading side, for people. */
export function createFlowReads({ kysely }: Pick<Database, 'kysely'>): FlowReads {
  return {
    async reads({ bearers, supervisors, after, limit }, now) {
      const live = liveIn(bearers, now)
      const columns = sql`r.label, r.coordinate, r.request_id as "requestId", min(r.reader) as reader,
        min(r.supervisor) as supervisor, max(r.at) as at, max(r.seq) as seq, max(r.expires_at) as "expiresAt"`
      const theirs = supervisors === null ? sql`true` : sql`supervisor = any(${[...supervisors]}::text[])`
      const older = after === null ? sql`true` : sql`(at, seq) < (${after.at}, ${after.seq})`
      const { rows } = await sql<CountedRead & { coordinate: Coordinate }>`
        select label, coordinate, "requestId", reader, at, seq::int, "expiresAt", followed as "values" from (
          select ${columns}, null::int as followed from mandate.flow_taints as r where ${live}
          group by r.label, r.coordinate, r.request_id
          union all
          select ${columns}, count(distinct r.hash)::int as followed from mandate.flow_values as r where ${live}
          group by r.label, r.coordinate, r.request_id
        ) as reads where ${theirs} and ${older}
        order by at desc, seq desc limit ${limit + 1}
      `.execute(kysely)
      return rows
    },
    version: (bearer, now) => versionOf(kysely, bearer, now),
  }
}

/** Lifts the reads of the labels, exactly as the person has seen them. */
export async function liftReads(
  transaction: Transaction<Tables>,
  { expectedVersion, supervises, ...lift }: LiftRequest,
): Promise<LiftOutcome> {
  const { id, bearer, labels, reason, liftedBy, liftedAt } = lift
  await lockBearers(transaction, [bearer], 'alone')
  const version = await versionOf(transaction, bearer, liftedAt)
  if (version !== expectedVersion) return { outcome: 'changed', version }
  const live = liveIn([bearer], liftedAt)
  const wanted = sql`r.label = any(${[...labels]}::text[])`
  const { rows } = await sql<{ label: ReadLabel; supervisor: string | null }>`
    select distinct r.label, r.supervisor from mandate.flow_taints as r where ${live} and ${wanted}
    union select distinct r.label, r.supervisor from mandate.flow_values as r where ${live} and ${wanted}
    order by label, supervisor
  `.execute(transaction)
  if (rows.length === 0) return { outcome: 'nothing' }
  const strange = rows.map((row) => row.supervisor).filter((role) => role === null || !supervises?.includes(role))
  if (supervises !== null && strange.length > 0) return { outcome: 'not-theirs', supervisors: [...new Set(strange)] }
  const lifted = [...new Set(rows.map(({ label }) => label))]
  await sql`
    insert into mandate.flow_lifts (bearer, label, generation, id, reason, lifted_by, lifted_at)
    select ${bearer}, v.label, 1 + coalesce((
      select max(l.generation) from mandate.flow_lifts as l where l.bearer = ${bearer} and l.label = v.label
    ), 0), ${id}, ${reason}, ${liftedBy}, ${liftedAt}::timestamptz
    from unnest(${lifted}::text[]) as v(label)
  `.execute(transaction)
  return { outcome: 'lifted', lift: { ...lift, labels: lifted } }
}

/** How many rows count, and the newest of them: both, because two that are written at once may be seen in either order. */
async function versionOf(on: Database['kysely'], bearer: string, now: Date): Promise<string> {
  const { rows } = await sql<{ count: number; newest: number }>`
    select count(*) as count, coalesce(max(seq), 0) as newest from (
      select r.seq from mandate.flow_taints as r where ${liveIn([bearer], now)}
      union all select r.seq from mandate.flow_values as r where ${liveIn([bearer], now)}
    ) as live
  `.execute(on)
  const [{ count, newest } = { count: 0, newest: 0 }] = rows
  return `${count}.${newest}`
}
