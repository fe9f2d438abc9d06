/**
 * The port between a resolver and the system behind it. A resolver never sees SQL or HTTP: it asks a source for records of
 * one entity type, by key or by filter, and hands it changes. Adapters: `postgres.ts` for our own tables; systems reached
 * by configuration through `connected/connected-source.ts` and a driver for their protocol (`driver.ts`).
 */

/** A record as the system has it, in the field names of the SDL, scalars only; references are keys (`accountId`). */
export type RecordOf<Name extends string = string> = Readonly<Record<string, unknown>> & {
  readonly id: string
  readonly version: number
  readonly __entity?: Name
}

export type Comparison =
  | { readonly eq: unknown }
  | { readonly in: readonly unknown[] }
  | { readonly contains: string }
  | { readonly gte?: unknown; readonly lte?: unknown; readonly gt?: unknown; readonly lt?: unknown }

/** Conditions joined by AND, by field name. */
export type Filter = Readonly<Record<string, Comparison>>

export interface Sort {
  readonly field: string
  readonly direction: 'ASC' | 'DESC'
}

export interface PageRequest {
  /** 1 to 100. */
  readonly first: number
  /** An opaque cursor of an earlier page (Relay cursor connections), or null for the first page. */
  readonly after: string | null
}

export interface Page<R> {
  readonly records: readonly R[]
  readonly cursors: readonly string[]
  readonly hasNextPage: boolean
  /** All records that match; asked for only when selected. */
  readonly totalCount: () => Promise<number>
}

export type Change =
  | { readonly kind: 'create'; readonly values: Readonly<Record<string, unknown>> }
  | {
      readonly kind: 'update'
      readonly id: string
      /** The version that the caller read; another one is a `VERSION_CONFLICT`. */
      readonly expectedVersion: number
      readonly values: Readonly<Record<string, unknown>>
    }

export interface MutationRequest {
  /** Repeating a key with the same act returns the first result; with another act it is an `IDEMPOTENCY_CONFLICT`. */
  readonly idempotencyKey: string
  /** The principal that the key belongs to: two callers' keys never meet. */
  readonly principal: string
  /** The mutation's coordinate, `Mutation.updateCase`. */
  readonly act: string
  /** The arguments of the act, for telling a repetition from a conflict. */
  readonly args: Readonly<Record<string, unknown>>
}

/** The comparisons of {@link Comparison}, one by one. */
export type ComparisonName = 'eq' | 'in' | 'contains' | 'gte' | 'lte' | 'gt' | 'lt'

/** What a source can do with an entity. What it cannot is refused with `NOT_SUPPORTED`, never done by reading everything. */
export interface EntityCapabilities {
  /** The comparisons that each field can be filtered by; a field that is not there cannot be. */
  readonly filters: Readonly<Record<string, readonly ComparisonName[]>>
  readonly sorts: readonly string[]
  /** Whether `totalCount` is answered. */
  readonly count: boolean
  /** `atomic`: the changes of one act happen together or not at all. `ordered`: one after the other, and the first failure ends the act. */
  readonly transactions: 'atomic' | 'ordered'
  /** `atomic`: the system refuses a change of another version. `compared`: the source looks just before it writes. */
  readonly versions: 'atomic' | 'compared' | 'none'
  readonly changes: readonly Change['kind'][]
}

export interface EntitySource {
  /** What can be asked of an entity. */
  capabilities(entity: string): EntityCapabilities
  /** Records by key, in the order of `ids`, null where there is none; one round trip. */
  getMany(entity: string, ids: readonly string[], signal: AbortSignal): Promise<readonly (RecordOf | null)[]>
  /** Records by a foreign key, one list for each of `keys`; one round trip. At most `first` each. */
  listMany(
    entity: string,
    field: string,
    keys: readonly string[],
    options: { readonly first: number; readonly sort: readonly Sort[]; readonly filter: Filter },
    signal: AbortSignal,
  ): Promise<readonly (readonly RecordOf[])[]>
  /** One page of the records that match. */
  list(
    entity: string,
    options: { readonly filter: Filter; readonly sort: readonly Sort[]; readonly page: PageRequest },
    signal: AbortSignal,
  ): Promise<Page<RecordOf>>
  /**
   * Runs `act` once for the key, in one transaction: `apply` makes changes, its result is kept beside the key, and a
   * repetition answers that result again.
   */
  mutate<T extends Readonly<Record<string, unknown>>>(
    request: MutationRequest,
    act: (apply: (entity: string, change: Change) => Promise<RecordOf>) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T>
  health(signal: AbortSignal): Promise<{ readonly ok: boolean; readonly detail: string }>
}
