/** The manufacturing execution system's records and resolvers as types. */
import type {
  DowntimeRow,
  EquipmentRow,
  JobOrderProgressRow,
  JobOrderRow,
  JobResponseRow,
  MaterialActualRow,
  MaterialLotRow,
  OperationRow,
  QualityResultRow,
} from '../../storage/tables/mes.ts'
import type { FieldResolver } from '../context.ts'
import type { RecordOfRow } from '../sources/record-of-row.ts'

export type EquipmentRecord = RecordOfRow<EquipmentRow>
export type JobOrderRecord = RecordOfRow<JobOrderRow>
export type OperationRecord = RecordOfRow<OperationRow>
export type JobResponseRecord = RecordOfRow<JobResponseRow>
export type LotRecord = RecordOfRow<MaterialLotRow>
export type MaterialActualRecord = RecordOfRow<MaterialActualRow>
export type QualityResultRecord = RecordOfRow<QualityResultRow>
export type DowntimeRecord = RecordOfRow<DowntimeRow>

// A type, not an interface: only a type alias fits an index signature.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
export type MesModel = {
  readonly Equipment: EquipmentRecord
  readonly JobOrder: JobOrderRecord
  readonly JobOrderProgress: RecordOfRow<JobOrderProgressRow>
  readonly Operation: OperationRecord
  readonly JobResponse: JobResponseRecord
  readonly MaterialLot: LotRecord
  readonly MaterialActual: MaterialActualRecord
  readonly QualityResult: QualityResultRecord
  readonly Downtime: DowntimeRecord
}

/** A resolver of a field of this system. */
export type MesResolver<Source, Args = unknown> = FieldResolver<Source, Args, unknown, MesModel>

/** A resolver of a mutation: `Input` names the fields that it reads by name. */
export type MesMutation<Input = unknown> = MesResolver<
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

export interface JobOrderListArgs extends InnerListArgs {
  readonly states?: readonly string[] | null
}

export interface LotListArgs extends InnerListArgs {
  readonly statuses?: readonly string[] | null
}

export const byName = { field: 'name', direction: 'ASC' } as const
export const bySequence = { field: 'sequence', direction: 'ASC' } as const
export const newestFirst = { field: 'createdAt', direction: 'DESC' } as const
export const lastPlannedFirst = { field: 'plannedStart', direction: 'DESC' } as const
export const lastStartedFirst = { field: 'startedAt', direction: 'DESC' } as const
export const lastEndedFirst = { field: 'endedAt', direction: 'DESC' } as const
export const lastMeasuredFirst = { field: 'measuredAt', direction: 'DESC' } as const

/** A filter for one of these values, where they are given. */
export function oneOf(field: string, values: readonly string[] | null | undefined) {
  return values ? { [field]: { in: values } } : {}
}
