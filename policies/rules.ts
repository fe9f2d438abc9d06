/** The type of a table: types and fields come from the contracts, so that a misspelt one does not compile. */
import type { Coordinates } from '../schema/generated/coordinates.ts'
import type { Rule } from './engine/rule.ts'

/** The table of one contract. `'*'` holds for every field of the type, together with the field's own rule. */
export type Rules<Contract extends keyof Coordinates> = {
  readonly [Type in keyof Coordinates[Contract]]?: {
    readonly [Field in (Coordinates[Contract][Type] & string) | '*']?: Rule
  }
}
