/**
 * One description of an operation, made once after validation and read by every later step: checks, rules, ledger.
 * Fragments are expanded, arguments are coerced, `@skip` and `@include` are obeyed.
 */
import type { Coordinate } from '../lib/labels.ts'

/** One field as the operation selects it. */
export interface OperationField {
  /** `Account.name`; under an abstract type one entry for the type itself and one for each possible runtime type. */
  readonly coordinate: Coordinate
  readonly parentType: string
  readonly fieldName: string
  /** The key in the answer: alias or field name. */
  readonly responseKey: string
  /** Response keys from the root, list indexes left out. */
  readonly path: readonly string[]
  /** Arguments after coercion, defaults included. */
  readonly args: Readonly<Record<string, unknown>>
  /** 1 for a root field. */
  readonly depth: number
}

export interface Operation {
  readonly kind: 'query' | 'mutation'
  readonly name: string | null
  /** The text as it came in. */
  readonly text: string
  /** SHA-256 of the text, base64url. */
  readonly hash: string
  readonly fields: readonly OperationField[]
  /** The coordinates of `fields`, once each, in order of first use. */
  readonly coordinates: readonly Coordinate[]
  /** True when it asks for nothing but `__schema`, `__type` and `__typename`. */
  readonly introspection: boolean
}
