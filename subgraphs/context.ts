/** What a resolver is given beside its parent and its arguments: made for one fetch, gone with it. */
import type { GraphQLResolveInfo } from 'graphql'
import type { Caller } from '../lib/caller.ts'
import type { Statement } from '../lib/statement.ts'
import type { GuardState } from './guard.ts'
import type { EntityModel, Records } from './records.ts'
import type { ResolvedCounts } from './resolver-plugin.ts'

export interface SubgraphContext<Services = unknown, Model extends EntityModel = EntityModel> {
  readonly statement: Statement
  readonly caller: Caller
  /** The time of this fetch; every rule and resolver sees the same. */
  readonly now: Date
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal
  /** The system's records, batched and kept for this fetch only. */
  readonly records: Records<Model>
  /** What the subgraph needs beside its records. */
  readonly services: Services
  /** Kept by the guard. */
  readonly guard: GuardState
  /** Kept by the resolver plugin. */
  readonly resolved: ResolvedCounts
}

/** A resolver of one field. */
export type FieldResolver<Source, Args, Services = unknown, Model extends EntityModel = EntityModel> = (
  source: Source,
  args: Args,
  context: SubgraphContext<Services, Model>,
  info: GraphQLResolveInfo,
) => unknown
