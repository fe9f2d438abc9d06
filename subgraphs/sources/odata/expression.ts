/** Writes conditions and orders as the expressions of `$filter` and `$orderby`. */
import type { Condition, NativeOrder } from '../driver.ts'
import type { NativeProperty, Value } from '../mapping/mapped-entity.ts'
import { asText } from '../mapping/values.ts'
import { literal, quoted, typeOf, type ODataVersion } from './literal.ts'

/** What a service's expressions have. */
export interface ExpressionDialect {
  readonly version: ODataVersion
  /** Whether the service knows `in` (OData 4.01); a chain of `or` otherwise. */
  readonly inOperator: boolean
  /** Whether the service knows `tolower`. Without it text is compared as the service compares it. */
  readonly foldsCase: boolean
}

/** An expression, or what it is known to be without asking: everything, or nothing. */
export type Expression = string | boolean

/** A condition as `$filter` says it. */
export function filterOf(dialect: ExpressionDialect, condition: Condition): Expression {
  if ('all' in condition) return allOf(condition.all.map((each) => filterOf(dialect, each)))
  if ('any' in condition) return anyOf(condition.any.map((each) => filterOf(dialect, each)))
  const { property } = condition
  const path = pathOf(property)
  switch (condition.is) {
    case 'null':
      return `${path} eq null`
    case 'not-null':
      return `${path} ne null`
    case 'in':
      return isOneOf(dialect, property, condition.values)
    case 'contains':
      return contains(dialect, path, asText(condition.value))
    default:
      if (condition.value === null) return condition.is === 'eq' ? `${path} eq null` : false
      return `${subject(dialect, property)} ${operators[condition.is]} ${operand(dialect, property, condition.value)}`
  }
}

const operators = { eq: 'eq', gt: 'gt', gte: 'ge', lt: 'lt', lte: 'le' } as const

/** An order as `$orderby` says it; empty for no order. */
export function orderOf(dialect: ExpressionDialect, orders: readonly NativeOrder[]): string {
  return orders.map(({ property, direction }) => `${subject(dialect, property)} ${direction.toLowerCase()}`).join(',')
}

/** A property as the service names it: the way to it, joined by `/`. */
export function pathOf({ path }: NativeProperty): string {
  return path.join('/')
}

function subject({ foldsCase }: ExpressionDialect, property: NativeProperty): string {
  return foldsCase && property.kind === 'folded' ? `tolower(${pathOf(property)})` : pathOf(property)
}

function operand({ version, foldsCase }: ExpressionDialect, property: NativeProperty, value: Value): string {
  const folded = foldsCase && property.kind === 'folded' ? asText(value).toLowerCase() : value
  return literal(version, typeOf(version, property), folded)
}

function isOneOf(dialect: ExpressionDialect, property: NativeProperty, values: readonly Value[]): Expression {
  const distinct = [...new Set(values)].filter((value) => value !== null)
  const literals = distinct.map((value) => operand(dialect, property, value))
  const what = subject(dialect, property)
  if (dialect.inOperator && literals.length > 1) return `${what} in (${literals.join(',')})`
  return anyOf(literals.map((each) => `${what} eq ${each}`))
}

/** Looks for text without regard to upper and lower case, whatever the field: as every source does. */
function contains({ version, foldsCase }: ExpressionDialect, path: string, text: string): string {
  const part = quoted(foldsCase ? text.toLowerCase() : text)
  const whole = foldsCase ? `tolower(${path})` : path
  return version === 'v4' ? `contains(${whole},${part})` : `substringof(${part},${whole})`
}

function allOf(parts: readonly Expression[]): Expression {
  return joined(parts, ' and ', true)
}

function anyOf(parts: readonly Expression[]): Expression {
  return joined(parts, ' or ', false)
}

/** `neutral` is what changes nothing beside the others, and what nothing at all means. */
function joined(parts: readonly Expression[], word: string, neutral: boolean): Expression {
  if (parts.includes(!neutral)) return !neutral
  const said = parts.filter((part) => typeof part === 'string')
  const [only] = said
  if (only === undefined) return neutral
  return said.length === 1 ? only : said.map((part) => `(${part})`).join(word)
}
