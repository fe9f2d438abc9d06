/** The record that a row becomes: column names in camel case, times as text. Types only. */
import type { Selectable } from 'kysely'

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name

type TextTime<Value> = Value extends Date ? string : Value

/** `{ account_id: string; created_at: Date }` → `{ readonly accountId: string; readonly createdAt: string }`. */
export type RecordOfRow<Row> = {
  readonly [Column in keyof Selectable<Row> & string as CamelCase<Column>]: TextTime<Selectable<Row>[Column]>
}
