/** The customer system's records and resolvers as types. */
import type {
  AccountRow,
  ActivityRow,
  CaseCommentRow,
  CaseRow,
  ContactRow,
  OpportunityRow,
} from '../../storage/tables/crm.ts'
import type { FieldResolver } from '../context.ts'
import type { RecordOfRow } from '../sources/record-of-row.ts'

export type AccountRecord = RecordOfRow<AccountRow>
export type ContactRecord = RecordOfRow<ContactRow>
export type OpportunityRecord = RecordOfRow<OpportunityRow>
export type CaseRecord = RecordOfRow<CaseRow>
type CaseCommentRecord = RecordOfRow<CaseCommentRow>
export type ActivityRecord = RecordOfRow<ActivityRow>

// A type, not an interface: only a type alias fits an index signature.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
export type CrmModel = {
  readonly Account: AccountRecord
  readonly Contact: ContactRecord
  readonly Opportunity: OpportunityRecord
  readonly Case: CaseRecord
  readonly CaseComment: CaseCommentRecord
  readonly Activity: ActivityRecord
}

/** A resolver of a field of this system. */
export type CrmResolver<Source, Args = unknown> = FieldResolver<Source, Args, unknown, CrmModel>

/** A resolver of a mutation: `Input` names the fields that it reads by name. */
export type CrmMutation<Input = unknown> = CrmResolver<
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

export const newestFirst = { field: 'createdAt', direction: 'DESC' } as const
