/** The people system's records and resolvers as types, and the orders of its lists. */
import type { MembershipEnd } from '../../storage/tables/hr-memberships.ts'
import type {
  AbsenceRow,
  CompensationRow,
  GroupMemberRow,
  GroupRow,
  PositionRow,
  UserRow,
} from '../../storage/tables/hr.ts'
import type { FieldResolver } from '../context.ts'
import type { Records } from '../records.ts'
import type { RecordOfRow } from '../sources/record-of-row.ts'

export type UserRecord = RecordOfRow<UserRow>
export type GroupRecord = RecordOfRow<GroupRow>
export type MemberRecord = RecordOfRow<GroupMemberRow & MembershipEnd>
export type PositionRecord = RecordOfRow<PositionRow>
export type AbsenceRecord = RecordOfRow<AbsenceRow>
export type CompensationRecord = RecordOfRow<CompensationRow>

// A type, not an interface: only a type alias fits an index signature.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
type HrModel = {
  readonly User: UserRecord
  readonly Group: GroupRecord
  readonly GroupMember: MemberRecord
  readonly Position: PositionRecord
  readonly Absence: AbsenceRecord
  readonly Compensation: CompensationRecord
}

/** The records of this system. */
export type HrRecords = Records<HrModel>

/** A resolver of a field of this system. */
export type HrResolver<Source, Args = unknown> = FieldResolver<Source, Args, unknown, HrModel>

/** A resolver of a mutation: `Input` names the fields that it reads by name. */
export type HrMutation<Input = unknown> = HrResolver<
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

export const byDisplayName = { field: 'displayName', direction: 'ASC' } as const
export const byTitle = { field: 'title', direction: 'ASC' } as const
export const newestFirst = { field: 'createdAt', direction: 'DESC' } as const
export const latestFirst = { field: 'fromDate', direction: 'DESC' } as const
export const lastEffectiveFirst = { field: 'effectiveFrom', direction: 'DESC' } as const

/** Memberships that have not ended. */
export const current = { removedAt: { eq: null } } as const
