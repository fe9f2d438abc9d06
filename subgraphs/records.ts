/**
 * A system's records during one fetch: asked for one by one, read in batches (DataLoader), and never kept longer than the
 * caller they were read for. Changes go through {@link Records.change}, once for each idempotency key.
 */
import DataLoader from 'dataloader'
import type { GraphQLResolveInfo } from 'graphql'
import type { Caller } from '../lib/caller.ts'
import type { Change, EntitySource, Filter, RecordOf, Sort } from './sources/entity-source.ts'

interface ListOptions {
  readonly first: number
  readonly sort: readonly Sort[]
  readonly filter?: Filter
}

interface PageOptions extends ListOptions {
  readonly after?: string | null | undefined
}

/** The records of a system by the name of their entity. */
export type EntityModel = Readonly<Record<string, RecordOf>>

/** A page in the form of the contract (Relay cursor connections). */
export interface Connection<R = RecordOf> {
  readonly edges: readonly { readonly cursor: string; readonly node: R }[]
  readonly nodes: readonly R[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
  /** Counted only when it is selected. */
  readonly totalCount: () => Promise<number>
}

/** The arguments of a mutation: one `input`, which carries the idempotency key. */
interface MutationArgs {
  readonly input: { readonly idempotencyKey: string }
}

type EntityName<Model extends EntityModel> = keyof Model & string

/** Makes one change inside an act, and gives the record as it is after it. */
type ApplyChange<Model extends EntityModel = EntityModel> = <E extends EntityName<Model>>(
  entity: E,
  change: Change,
) => Promise<Model[E]>

export interface Records<Model extends EntityModel = EntityModel> {
  /** A record by its id; null for no id and for no record. */
  load<E extends EntityName<Model>>(entity: E, id: string | null | undefined): Promise<Model[E] | null>
  /** A record by another field that no two records share; one statement for all that are asked for together. */
  loadBy<E extends EntityName<Model>>(
    entity: E,
    field: string,
    key: string | null | undefined,
  ): Promise<Model[E] | null>
  /** The records whose `field` is `key`: an inner list. */
  list<E extends EntityName<Model>>(
    entity: E,
    field: string,
    key: string,
    options: ListOptions,
  ): Promise<readonly Model[E][]>
  /** One page of a root list. */
  page<E extends EntityName<Model>>(entity: E, options: PageOptions): Promise<Connection<Model[E]>>
  /** The first record that matches: a lookup. */
  find<E extends EntityName<Model>>(entity: E, filter: Filter): Promise<Model[E] | null>
  /**
   * Runs `act` once for the input's idempotency key, in one transaction. What `act` returns is kept; a repetition gets it
   * again, with `replayed: true`, and `act` does not run.
   *
   * INVARIANT: `act` reads nothing through these records, because it holds the only connection of the embedded database:
   * load what it checks before, and check inside, so that a repetition is answered whatever has changed since.
   */
  change<T extends Readonly<Record<string, unknown>>>(
    info: GraphQLResolveInfo,
    args: MutationArgs,
    act: (apply: ApplyChange<Model>) => Promise<T>,
  ): Promise<T & { readonly replayed: boolean }>
}

/** Opens a source's records for one fetch. */
export function openRecords(source: EntitySource, caller: Caller, signal: AbortSignal): Records {
  const byId = new Map<string, DataLoader<string, RecordOf | null>>()
  const byField = new Map<string, DataLoader<string, readonly RecordOf[]>>()

  function list(entity: string, field: string, key: string, { first, sort, filter = {} }: ListOptions) {
    const options = { first, sort, filter }
    const question = JSON.stringify([entity, field, options])
    const loader = entry(
      byField,
      question,
      () => new DataLoader((keys) => source.listMany(entity, field, keys, options, signal)),
    )
    return loader.load(key)
  }

  return {
    async load(entity, id) {
      if (id === null || id === undefined) return null
      const loader = entry(byId, entity, () => new DataLoader((ids) => source.getMany(entity, ids, signal)))
      return loader.load(id)
    },
    async loadBy(entity, field, key) {
      if (key === null || key === undefined) return null
      const [found] = await list(entity, field, key, { first: 1, sort: [] })
      return found ?? null
    },
    list,
    async page(entity, { first, after, sort, filter = {} }) {
      const page = await source.list(entity, { filter, sort, page: { first, after: after ?? null } }, signal)
      return {
        edges: page.records.map((node, index) => ({ cursor: page.cursors[index] ?? '', node })),
        nodes: page.records,
        pageInfo: { hasNextPage: page.hasNextPage, endCursor: page.cursors.at(-1) ?? null },
        totalCount: page.totalCount,
      }
    },
    async find(entity, filter) {
      const { records } = await source.list(entity, { filter, sort: [], page: { first: 1, after: null } }, signal)
      return records[0] ?? null
    },
    async change(info, args, act) {
      let replayed = true
      const request = {
        idempotencyKey: args.input.idempotencyKey,
        principal: keyOwner(caller),
        act: `${info.parentType.name}.${info.fieldName}`,
        args: { ...args },
      }
      const result = await source.mutate(
        request,
        (apply) => {
          replayed = false
          return act(apply)
        },
        signal,
      )
      // What was read before the change may not be shown after it.
      byId.clear()
      byField.clear()
      return { ...result, replayed }
    },
  }
}

/** Keys of an agent that acts for two people never meet either: the result belongs to one of them. */
function keyOwner({ id, onBehalfOf }: Caller): string {
  return onBehalfOf === null ? id : `${id} for ${onBehalfOf}`
}

function entry<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = make()))
  return value
}
