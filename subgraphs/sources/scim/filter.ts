/** Writes conditions as SCIM filters (RFC 7644, section 3.4.2.2). */
import type { Condition } from '../driver.ts'
import type { NativeProperty, Value } from '../mapping/mapped-entity.ts'
import { attributeName, type Extensions } from './attributes.ts'

const operators = { eq: 'eq', contains: 'co', gt: 'gt', gte: 'ge', lt: 'lt', lte: 'le' } as const

/** A filter, or what it is known to be without asking: everything, or nothing. */
export function scimFilter(extensions: Extensions, condition: Condition): string | boolean {
  if ('all' in condition)
    return joined(
      condition.all.map((each) => scimFilter(extensions, each)),
      ' and ',
      true,
    )
  if ('any' in condition)
    return joined(
      condition.any.map((each) => scimFilter(extensions, each)),
      ' or ',
      false,
    )
  const name = attributeName(extensions, condition.property)
  switch (condition.is) {
    case 'null':
      return `not (${name} pr)`
    case 'not-null':
      return `${name} pr`
    case 'in': {
      const values = [...new Set(condition.values)].filter((value) => value !== null)
      return joined(
        values.map((value) => `${name} eq ${literal(value, condition.property)}`),
        ' or ',
        false,
      )
    }
    default:
      if (condition.value === null) return condition.is === 'eq' ? `not (${name} pr)` : false
      return `${name} ${operators[condition.is]} ${literal(condition.value, condition.property)}`
  }
}

/** A JSON value, as the filter's grammar wants it: in it, text cannot end its own quotes. Decimals are numbers, digit by digit. */
function literal(value: Value, { kind }: NativeProperty): string {
  const isNumber = kind === 'decimal' && typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value)
  return isNumber ? value : JSON.stringify(value)
}

/** `neutral` is what changes nothing beside the others, and what nothing at all means. */
function joined(parts: readonly (string | boolean)[], word: string, neutral: boolean): string | boolean {
  if (parts.includes(!neutral)) return !neutral
  const said = parts.filter((part) => typeof part === 'string')
  const [only] = said
  if (only === undefined) return neutral
  return said.length === 1 ? only : said.map((part) => `(${part})`).join(word)
}
