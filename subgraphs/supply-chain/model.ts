/** The supply chain system's records and resolvers as types, and the orders of its lists. */
import type {
  EpcisEventRow,
  ErrorDeclarationRow,
  ForecastRow,
  LocationRow,
  LogisticUnitRow,
  ShipmentRow,
  TraceRow,
  TradeItemRow,
} from '../../storage/tables/supply-chain.ts'
import type { FieldResolver } from '../context.ts'
import type { RecordOfRow } from '../sources/record-of-row.ts'

export type ShipmentRecord = RecordOfRow<ShipmentRow>
export type LocationRecord = RecordOfRow<LocationRow>
export type TradeItemRecord = RecordOfRow<TradeItemRow>
export type LogisticUnitRecord = RecordOfRow<LogisticUnitRow>
export type EpcisEventRecord = RecordOfRow<EpcisEventRow>
export type ErrorDeclarationRecord = RecordOfRow<ErrorDeclarationRow>
export type ForecastRecord = RecordOfRow<ForecastRow>

// A type, not an interface: only a type alias fits an index signature.
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
export type SupplyChainModel = {
  readonly Shipment: ShipmentRecord
  readonly Location: LocationRecord
  readonly TradeItem: TradeItemRecord
  readonly LogisticUnit: LogisticUnitRecord
  readonly EpcisEvent: EpcisEventRecord
  readonly Trace: RecordOfRow<TraceRow>
  readonly ErrorDeclaration: ErrorDeclarationRecord
  readonly Forecast: ForecastRecord
}

/** What the system needs beside its records. */
export interface SupplyChainServices {
  /** A new UUID, for an event that comes without one. */
  readonly newId: () => string
}

/** A resolver of a field of this system. */
export type SupplyChainResolver<Source, Args = unknown> = FieldResolver<
  Source,
  Args,
  SupplyChainServices,
  SupplyChainModel
>

/** A resolver of a mutation: `Input` names the fields that it reads by name. */
export type SupplyChainMutation<Input = unknown> = SupplyChainResolver<
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

export interface StatusListArgs extends InnerListArgs {
  readonly statuses?: readonly string[] | null
}

export const byName = { field: 'name', direction: 'ASC' } as const
export const lastPlannedFirst = { field: 'plannedArrival', direction: 'DESC' } as const
export const inOrderOfTime = { field: 'eventTime', direction: 'ASC' } as const
export const lastHappenedFirst = { field: 'eventTime', direction: 'DESC' } as const
export const lastMonthFirst = { field: 'period', direction: 'DESC' } as const

/** A filter on statuses, where they are given. */
export function withStatuses(statuses: readonly string[] | null | undefined) {
  return statuses ? { status: { in: statuses } } : {}
}
