/**
 * Conditions as an encoded query of ServiceNow. `^` joins by AND, `^OR` adds an alternative to the condition just before it,
 * and `^NQ` begins a new query whose results are added. A caret in a value is doubled.
 */
import { refusal } from '../../../lib/errors.ts'
import type { Condition, NativeOrder } from '../driver.ts'
import type { NativeProperty, Value } from '../mapping/mapped-entity.ts'
import { writeGlideValue } from './glide-values.ts'

/** Alternatives of one place, each a single condition. */
type Alternatives = readonly string[]
/** Places joined by AND. */
type Conjunction = readonly Alternatives[]

/** More queries than this in one is a question to ask in another way. */
const maxQueries = 64

/** The encoded query of a condition and an order; null when no record can match. */
export function encodedQuery(condition: Condition, orderBy: readonly NativeOrder[]): string | null {
  const queries = expand(condition)
  if (queries.length === 0) return null
  if (queries.length > maxQueries) throw new Error('The condition has too many alternatives for one encoded query.')
  const where = queries.map((places) => places.map((each) => each.join('^OR')).join('^')).join('^NQ')
  const order = orderBy.map(({ property, direction }) => {
    return `${direction === 'ASC' ? 'ORDERBY' : 'ORDERBYDESC'}${nameOf(property)}`
  })
  return [where, ...order].filter((part) => part !== '').join('^')
}

/** A condition as queries of which one must hold. */
function expand(condition: Condition): readonly Conjunction[] {
  if ('all' in condition) {
    return condition.all.reduce<readonly Conjunction[]>(
      (sofar, each) => {
        const next = expand(each)
        return sofar.flatMap((left) => next.map((right) => [...left, ...right]))
      },
      [[]],
    )
  }
  if ('any' in condition) {
    const branches = condition.any.flatMap(expand)
    const single = branches.every((branch) => branch.length === 1)
    // Single conditions stay in one query, beside each other.
    return single && branches.length > 0 ? [[branches.flatMap(([alternatives]) => alternatives ?? [])]] : branches
  }
  const { property } = condition
  const name = nameOf(property)
  switch (condition.is) {
    case 'null':
      return [[[`${name}ISEMPTY`]]]
    case 'not-null':
      return [[[`${name}ISNOTEMPTY`]]]
    case 'in': {
      // `IN` separates by commas, which nothing escapes; alternatives take any value.
      const alternatives = condition.values.flatMap((value) => equal(property, value))
      return alternatives.length === 0 ? [] : [[alternatives]]
    }
    case 'eq': {
      const alternatives = equal(property, condition.value)
      return alternatives.length === 0 ? [] : [[alternatives]]
    }
    default:
      return [[[`${name}${operators[condition.is]}${valueOf(property, condition.value)}`]]]
  }
}

const operators = { contains: 'LIKE', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const

/** The table keeps no empty text: nothing equals it, and `field=` would mean that it is empty. */
function equal(property: NativeProperty, value: Value): readonly string[] {
  const text = valueOf(property, value)
  return text === '' ? [] : [`${nameOf(property)}=${text}`]
}

function valueOf(property: NativeProperty, value: Value): string {
  const text = writeGlideValue(property, value)
  // ServiceNow runs such a value as a script on its own side.
  if (/^\s*javascript:/i.test(text) || /[\r\n]/.test(text)) {
    throw refusal('INVALID_INPUT', 'A value of the filter has a form that the system would not take as text.')
  }
  return text.replaceAll('^', '^^')
}

/** INVARIANT: names come from the connector file, and even so only as columns, perhaps of a referenced record. */
function nameOf({ path }: NativeProperty): string {
  const name = path.join('.')
  if (/^[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*$/i.test(name)) return name
  throw new Error(`The connector maps \`${name}\`, which is no column of a table.`)
}
