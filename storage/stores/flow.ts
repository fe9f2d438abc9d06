/**
 * What agents have read, as far as it decides what they may do: taints, and keyed hashes of protected values, for each of those
 * whom a read counts against. People see and lift them in `flow-lifts.ts`.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Coordinate } from '../../lib/labels.ts'
import type { Database } from '../database.ts'
import { liveAt, liveIn, lockBearers } from './flow-live.ts'

/** `UNTRUSTED` taints; the other two taint only when an answer brought more values than are kept. */
export type ReadLabel = 'UNTRUSTED' | 'RESTRICTED' | 'PERSONAL'

/** What is the same for everything that one request reads. */
export interface ReadBy {
  /** Whom it counts against: principals, and `task:<id>`. */
  readonly bearers: readonly string[]
  readonly requestId: string
  readonly reader: string
  readonly supervisor: string | null
  readonly at: Date
}

export interface NewTaint {
  readonly label: ReadLabel
  readonly coordinate: Coordinate
  readonly expiresAt: Date
}

export interface NewValue {
  readonly label: 'RESTRICTED' | 'PERSONAL'
  readonly coordinate: Coordinate
  readonly hash: string
  /** Null for a number. */
  readonly anchor: string | null
  /** 0 for a number. */
  readonly length: number
  readonly expiresAt: Date
}

/** An earlier read that still counts. */
export interface EarlierRead {
  readonly label: ReadLabel
  readonly coordinate: Coordinate
  readonly requestId: string
  readonly reader: string
  readonly at: Date
}

export interface FlowStore {
  /** How often what each bearer has read was lifted: a text that is equal while nothing was. */
  lifts(bearers: readonly string[]): Promise<string>
  /** Keeps what a request has read; resolves when it is durable. */
  note(by: ReadBy, taints: readonly NewTaint[], values: readonly NewValue[]): Promise<void>
  /** The newest reads of each label that taint the bearers, once for each request and coordinate. */
  taints(bearers: readonly string[], now: Date, most: number): Promise<readonly EarlierRead[]>
  /** Which labels the bearers hold values of. */
  heldLabels(bearers: readonly string[], now: Date): Promise<readonly NewValue['label'][]>
  /** How long the values of the bearers are that begin with one of the anchors. */
  lengths(
    bearers: readonly string[],
    anchors: readonly string[],
    now: Date,
  ): Promise<readonly { readonly anchor: string; readonly length: number }[]>
  /** The values of the bearers that have one of the hashes, the newest read of each label. */
  values(
    bearers: readonly string[],
    hashes: readonly string[],
    now: Date,
  ): Promise<readonly (EarlierRead & { readonly hash: string; readonly label: 'RESTRICTED' | 'PERSONAL' })[]>
  /** Forgets what has expired. */
  purge(now: Date): Promise<void>
}

interface ReadRow {
  readonly coordinate: string
  readonly requestId: string
  readonly reader: string
  readonly at: Date
}

/** Makes the store over `mandate.flow_taints` and `mandate.flow_values`. */
export function createFlowStore({ kysely }: Pick<Database, 'kysely'>): FlowStore {
  return {
    async lifts(bearers) {
      const { rows } = await sql<{ bearer: string; label: string; generation: number }>`
        select bearer, label, max(generation) as generation from mandate.flow_lifts
        where bearer = any(${[...bearers]}::text[]) group by bearer, label order by bearer, label
      `.execute(kysely)
      return rows.map(({ bearer, label, generation }) => `${bearer} ${label} ${generation}`).join(', ')
    },

    async note(by, taints, values) {
      if (taints.length === 0 && values.length === 0) return
      await kysely.transaction().execute(async (transaction) => {
        // What counts as written is on disk, also where a server is set to answer earlier.
        await sql`select set_config('synchronous_commit', 'on', true)
          where current_setting('synchronous_commit') = 'off'`.execute(transaction)
        await lockBearers(transaction, by.bearers, 'shared')
        if (taints.length > 0) await insertTaints(by, taints).execute(transaction)
        if (values.length > 0) await insertValues(by, values).execute(transaction)
      })
    },

    async taints(bearers, now, most) {
      // The newest of each bearer and label come from the index, however many there are; then those that two bearers share are one.
      const { rows } = await sql<ReadRow & { label: ReadLabel }>`
        select label, coordinate, request_id as "requestId", reader, at from (
          select n.label, n.coordinate, n.request_id, min(n.reader) as reader, max(n.at) as at,
            row_number() over (partition by n.label order by max(n.at) desc, n.request_id, n.coordinate) as place
          from unnest(${[...bearers]}::text[]) as b(bearer)
          cross join (values ('UNTRUSTED'), ('RESTRICTED'), ('PERSONAL')) as w(label)
          cross join lateral (
            select r.* from mandate.flow_taints as r
            where r.bearer = b.bearer and r.label = w.label and ${liveAt(now)}
            order by r.at desc limit ${most}
          ) as n
          group by n.label, n.coordinate, n.request_id
        ) as newest where place <= ${most} order by at desc, label, coordinate
      `.execute(kysely)
      return rows.map(toRead)
    },

    async heldLabels(bearers, now) {
      const { rows } = await sql<{ label: NewValue['label'] }>`
        select l.label from (values ('RESTRICTED'), ('PERSONAL')) as l(label)
        where exists (select from mandate.flow_values as r where r.label = l.label and ${liveIn(bearers, now)})
      `.execute(kysely)
      return rows.map(({ label }) => label)
    },

    async lengths(bearers, anchors, now) {
      const { rows } = await sql<{ anchor: string; length: number }>`
        select distinct r.anchor, r.length from mandate.flow_values as r
        where r.anchor = any(${[...anchors]}::text[]) and ${liveIn(bearers, now)}
      `.execute(kysely)
      return rows
    },

    async values(bearers, hashes, now) {
      const { rows } = await sql<ReadRow & { label: 'RESTRICTED' | 'PERSONAL'; hash: string }>`
        select distinct on (r.hash, r.label)
          r.hash, r.label, r.coordinate, r.request_id as "requestId", r.reader, r.at
        from mandate.flow_values as r
        where r.hash = any(${[...hashes]}::text[]) and ${liveIn(bearers, now)}
        order by r.hash, r.label, r.at desc
      `.execute(kysely)
      return rows.map(toRead)
    },

    async purge(now) {
      await kysely.deleteFrom('mandate.flow_taints').where('expires_at', '<', now).execute()
      await kysely.deleteFrom('mandate.flow_values').where('expires_at', '<', now).execute()
    },
  }
}

/** Rows in one order for everybody, so that two that write the same ones wait for each other and never cross. */
const inOrder = sql`order by b.bearer, v.label`

/** The generation that a read of this bearer and label belongs to. */
const generation = sql`coalesce((
  select max(l.generation) from mandate.flow_lifts as l where l.bearer = b.bearer and l.label = v.label
), 0)`

function insertTaints({ bearers, requestId, reader, supervisor, at }: ReadBy, taints: readonly NewTaint[]) {
  return sql`
    insert into mandate.flow_taints
      (bearer, label, coordinate, request_id, reader, supervisor, at, expires_at, generation, seq)
    select b.bearer, v.label, v.coordinate, ${requestId}, ${reader}, ${supervisor}, ${at}::timestamptz, v.expires_at,
      ${generation}, nextval('mandate.flow_seq')
    from unnest(${[...bearers]}::text[]) as b(bearer) cross join unnest(
      ${texts(taints, ({ label }) => label)}, ${texts(taints, ({ coordinate }) => coordinate)},
      ${times(taints)}
    ) as v(label, coordinate, expires_at)
    ${inOrder}, v.coordinate
    on conflict do nothing`
}

function insertValues({ bearers, requestId, reader, supervisor, at }: ReadBy, values: readonly NewValue[]) {
  return sql`
    insert into mandate.flow_values as known
      (bearer, label, hash, anchor, length, coordinate, request_id, reader, supervisor, at, expires_at, generation, seq)
    select b.bearer, v.label, v.hash, v.anchor, v.length::int, v.coordinate, ${requestId}, ${reader}, ${supervisor},
      ${at}::timestamptz, v.expires_at, ${generation}, nextval('mandate.flow_seq')
    from unnest(${[...bearers]}::text[]) as b(bearer) cross join unnest(
      ${texts(values, ({ label }) => label)}, ${texts(values, ({ hash }) => hash)},
      ${texts(values, ({ anchor }) => anchor)}, ${texts(values, ({ length }) => String(length))},
      ${texts(values, ({ coordinate }) => coordinate)}, ${times(values)}
    ) as v(label, hash, anchor, length, coordinate, expires_at)
    ${inOrder}, v.hash
    on conflict (bearer, label, hash) do update set
      coordinate = excluded.coordinate, request_id = excluded.request_id, reader = excluded.reader,
      -- Read again under another supervisor, it is lifted by neither alone.
      supervisor = case when known.generation = excluded.generation and known.supervisor is distinct from excluded.supervisor
        then null else excluded.supervisor end, at = excluded.at, seq = excluded.seq, generation = excluded.generation,
      expires_at = greatest(known.expires_at, excluded.expires_at)
    where (excluded.generation, excluded.at) >= (known.generation, known.at)`
}

function texts<Item>(items: readonly Item[], text: (item: Item) => string | null): RawBuilder<unknown> {
  return sql`${items.map(text)}::text[]`
}

function times(items: readonly { readonly expiresAt: Date }[]): RawBuilder<unknown> {
  return sql`${items.map(({ expiresAt }) => expiresAt.toISOString())}::timestamptz[]`
}

function toRead<Row extends ReadRow>(row: Row): Row & { readonly coordinate: Coordinate } {
  // INVARIANT: only coordinates of the contracts are written.
  return row as Row & { readonly coordinate: Coordinate }
}
