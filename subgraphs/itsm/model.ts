/** The service management system's records and resolvers as types. */
import type {
  ChangeRow,
  CiRelationRow,
  ConfigurationItemRow,
  IncidentRow,
  WorkNoteRow,
} from '../../storage/tables/itsm.ts'
import type { FieldResolver } from '../context.ts'
import type { RecordOfRow } from '../sources/record-of-row.ts'

export type IncidentRecord = RecordOfRow<IncidentRow>
export type ChangeRecord = RecordOfRow<ChangeRow>
export type ItemRecord = RecordOfRow<ConfigurationItemRow>
export type CiRelationRecord = RecordOfRow<CiRelationRow>

// A type, not an interface: only a type alias fits an index signature.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
type ItsmModel = {
  readonly Incident: IncidentRecord
  readonly Change: ChangeRecord
  readonly ConfigurationItem: ItemRecord
  readonly CiRelation: CiRelationRecord
  readonly WorkNote: RecordOfRow<WorkNoteRow>
}

/** A resolver of a field of this system. */
export type ItsmResolver<Source, Args = unknown> = FieldResolver<Source, Args, unknown, ItsmModel>

/** A resolver of a mutation: `Input` names the fields that it reads by name. */
export type ItsmMutation<Input = unknown> = ItsmResolver<
  unknown,
  { readonly input: Input & { readonly idempotencyKey: string } & Readonly<Record<string, unknown>> }
>

/** What the input of a change of an existing record always has. */
export interface ExistingRecord {
  readonly id: string
  readonly expectedVersion: number
}

/** The arguments of a list inside an entity. */
export interface InnerListArgs {
  readonly first: number
}

export interface IncidentListArgs extends InnerListArgs {
  readonly states?: readonly string[] | null
}

export const newestFirst = { field: 'createdAt', direction: 'DESC' } as const
export const lastOpenedFirst = { field: 'openedAt', direction: 'DESC' } as const

/** A filter on states, where they are given. */
export function inStates(states: readonly string[] | null | undefined) {
  return states ? { state: { in: states } } : {}
}
