/**
 * What an adapter has to do: speak one protocol, in native names and canonical values. Everything that is the same for all
 * systems stands in `connected/`: ids and enums, cursors and pages, grouping, versions, acts that run once.
 */
import type { MappedEntity, NativeProperty, Value } from './mapping/mapped-entity.ts'

/** A condition on native properties. Values are canonical (`mapped-entity.ts`) and already native: enums and keys are translated. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly property: NativeProperty; readonly is: 'null' | 'not-null' }
  | { readonly property: NativeProperty; readonly is: 'in'; readonly values: readonly Value[] }
  | {
      readonly property: NativeProperty
      /** Text of the kind `folded` is compared without regard to case. */
      readonly is: 'eq' | 'contains' | 'gt' | 'gte' | 'lt' | 'lte'
      readonly value: Value
    }

export type Operator = 'eq' | 'in' | 'contains' | 'gt' | 'gte' | 'lt' | 'lte' | 'null'

export interface NativeOrder {
  readonly property: NativeProperty
  readonly direction: 'ASC' | 'DESC'
}

export interface DriverQuery {
  readonly entity: MappedEntity
  /** The mapping's default filter is part of it. `{ all: [] }` holds for every record. */
  readonly where: Condition
  readonly orderBy: readonly NativeOrder[]
  readonly limit: number
  /** Records to leave out at the beginning; always 0 with keyset paging. */
  readonly offset: number
}

/** A record as the system sent it: JSON with its numbers kept exactly (`exact-json.ts`), and its entity tag where it has one. */
export interface NativeRow {
  readonly value: Readonly<Record<string, unknown>>
  readonly etag: string | null
}

export interface DriverPage {
  /** At most `limit`. The driver follows the system's own pages until it has them. */
  readonly rows: readonly NativeRow[]
  /** Whether there are more. */
  readonly more: boolean
}

/** What a change writes, by native property. */
export type NativeValues = readonly (readonly [NativeProperty, Value])[]

export type NativeChange =
  | {
      readonly kind: 'create'
      readonly entity: MappedEntity
      /**
       * The id by which the act knows the record until the system has given it a key. A value of a later change that is this
       * text, whole, names the new record: it is handed on as it is, and the driver links the two.
       */
      readonly provisionalId: string
      readonly values: NativeValues
    }
  | {
      readonly kind: 'update'
      readonly entity: MappedEntity
      /** The native key, in the order of `entity.key.parts`. */
      readonly key: readonly Value[]
      /** The record as it was read just before; its version is the expected one. */
      readonly current: NativeRow
      readonly expectedVersion: number
      readonly values: NativeValues
    }

/** What a protocol, or one system that speaks it, can do with an entity. */
export interface DriverCapabilities {
  filter(property: NativeProperty, operator: Operator): boolean
  sort(property: NativeProperty): boolean
  /** Whether conditions can be joined by OR: keyset pages need it. */
  readonly any: boolean
  readonly count: boolean
  /** Whether nulls come last in both directions; where not, or not known, lists are read in two parts. */
  readonly nullsLast: boolean
  readonly transactions: 'atomic' | 'ordered'
  /** Whether the system itself refuses a change of another version. */
  readonly versions: 'atomic' | 'compared'
}

/** How the connector's health check went. */
export interface DriverHealth {
  readonly ok: boolean
  readonly detail: string
}

/** What the system says of itself, for `connector test`. */
export interface NativeDescription {
  /** Property paths joined by `/` or `.` as in the mapping; null where the system does not say. */
  readonly properties: readonly string[] | null
  /** Where the mapping does not fit what the system says: one sentence each. */
  readonly problems: readonly string[]
}

export interface SystemDriver {
  capabilities(entity: MappedEntity): DriverCapabilities
  find(query: DriverQuery, signal: AbortSignal): Promise<DriverPage>
  /** Several questions in one round trip, where the protocol has one. */
  findEach?(queries: readonly DriverQuery[], signal: AbortSignal): Promise<readonly DriverPage[]>
  /** Records by key in any order; those that are not there are left out. Without it: `find` with a condition on the key. */
  getMany?(
    entity: MappedEntity,
    keys: readonly (readonly Value[])[],
    signal: AbortSignal,
  ): Promise<readonly NativeRow[]>
  count(entity: MappedEntity, where: Condition, signal: AbortSignal): Promise<number>
  /**
   * Makes changes: all or none where `transactions` is `atomic`, else it is given one at a time. Answers the records as they
   * are afterwards, null where the system did not send one (it is read again then).
   * @throws a refusal (`VERSION_CONFLICT`, `INVALID_INPUT` …) when nothing was done; {@link SystemFailure} says by `effect` whether something may have been.
   */
  commit(changes: readonly NativeChange[], signal: AbortSignal): Promise<readonly (NativeRow | null)[]>
  /** Reads a property of a row in canonical form. */
  read(row: NativeRow, property: NativeProperty): Value
  health(signal: AbortSignal): Promise<DriverHealth>
  describe(entity: MappedEntity, signal: AbortSignal): Promise<NativeDescription>
  close(): Promise<void>
}
