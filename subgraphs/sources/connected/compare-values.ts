/** Compares values of records as the source port means it: for what a system cannot do itself, and for constants. */
import type { ComparisonName, Filter, RecordOf, Sort } from '../entity-source.ts'
import type { FieldKind, MappedEntity, Value } from '../mapping/mapped-entity.ts'
import { asText } from '../mapping/values.ts'

/** Negative, zero or positive; null is compared by nobody. Decimals are compared digit by digit. */
export function compareValues(kind: FieldKind, a: Value, b: Value): number {
  if (kind === 'decimal') return compareDecimals(asText(a), asText(b))
  const [x, y] = kind === 'folded' ? [asText(a).toLowerCase(), asText(b).toLowerCase()] : [a, b]
  if (x === y) return 0
  if (typeof x === 'number' && typeof y === 'number') return x - y
  return asText(x) < asText(y) ? -1 : 1
}

/** Whether a comparison holds for a value. */
export function holds(kind: FieldKind, value: Value, operator: ComparisonName, wanted: Value): boolean {
  if (operator === 'in') return (wanted as readonly Value[]).some((each) => holds(kind, value, 'eq', each))
  if (value === null || wanted === null) return operator === 'eq' && value === wanted
  switch (operator) {
    case 'eq':
      return compareValues(kind, value, wanted) === 0
    case 'contains':
      return asText(value).toLowerCase().includes(asText(wanted).toLowerCase())
    case 'gte':
      return compareValues(kind, value, wanted) >= 0
    case 'lte':
      return compareValues(kind, value, wanted) <= 0
    case 'gt':
      return compareValues(kind, value, wanted) > 0
    case 'lt':
      return compareValues(kind, value, wanted) < 0
  }
}

/** Whether a record fulfils a filter. */
export function matches(entity: MappedEntity, record: RecordOf, filter: Filter): boolean {
  return Object.entries(filter).every(([field, comparison]) =>
    Object.entries(comparison).every(([operator, wanted]) =>
      holds(kindOf(entity, field), record[field] as Value, operator as ComparisonName, wanted as Value),
    ),
  )
}

/** Orders records as a sort says; nulls last in both directions, the id between equals. */
export function inOrder(entity: MappedEntity, sort: readonly Sort[]): (a: RecordOf, b: RecordOf) => number {
  const keys = [...sort, { field: 'id', direction: 'ASC' as const }]
  return (a, b) => {
    for (const { field, direction } of keys) {
      const [x, y] = [a[field] as Value, b[field] as Value]
      if (x === null || y === null) {
        if (x !== y) return x === null ? 1 : -1
      } else {
        const order = compareValues(kindOf(entity, field), x, y)
        if (order !== 0) return direction === 'DESC' ? -order : order
      }
    }
    return 0
  }
}

function kindOf(entity: MappedEntity, field: string): FieldKind {
  return entity.fields.get(field)?.kind ?? 'text'
}

const decimalForm = /^(-?)0*(\d*)(?:\.(\d*?)0*)?$/

function compareDecimals(a: string, b: string): number {
  const [, signA = '', wholeA = '', partA = ''] = decimalForm.exec(a) ?? []
  const [, signB = '', wholeB = '', partB = ''] = decimalForm.exec(b) ?? []
  const zeroA = wholeA === '' && partA === ''
  const zeroB = wholeB === '' && partB === ''
  const negativeA = signA === '-' && !zeroA
  const negativeB = signB === '-' && !zeroB
  if (negativeA !== negativeB) return negativeA ? -1 : 1
  const size = wholeA.length - wholeB.length || text(wholeA, wholeB) || text(partA, partB)
  return negativeA ? -size : size
}

function text(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
