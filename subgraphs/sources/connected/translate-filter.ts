/** Splits the filter of a question: what the system can answer becomes native conditions, the rest is left to be done here. */
import type { Comparison, ComparisonName, Filter } from '../entity-source.ts'
import type { Condition, DriverCapabilities, Operator } from '../driver.ts'
import type { MappedEntity, MappedField, NativeProperty, Value } from '../mapping/mapped-entity.ts'
import { holds } from './compare-values.ts'

export interface TranslatedFilter {
  /** Null when no record can match. */
  readonly native: Condition | null
  /** Fields of conditions that the system cannot answer, with the comparison. */
  readonly remainder: Filter
}

/** Translates a filter; the mapping's own default filter is part of the result. */
export function translateFilter(entity: MappedEntity, filter: Filter, can: DriverCapabilities): TranslatedFilter {
  const all: Condition[] = defaultConditions(entity)
  const remainder: Record<string, Comparison> = {}
  for (const [name, comparison] of Object.entries(filter)) {
    for (const [operator, value] of Object.entries(comparison as Partial<Record<ComparisonName, unknown>>) as [
      ComparisonName,
      unknown,
    ][]) {
      if (value === undefined) continue
      const translated = translate(entity, name, operator, normal(value), can)
      if (translated === 'never') return { native: null, remainder: {} }
      if (translated === 'here') remainder[name] = { ...remainder[name], [operator]: normal(value) }
      else if (translated !== 'always') all.push(translated)
    }
  }
  return { native: { all }, remainder }
}

/** The conditions of the mapping itself: no record outside of them exists for a caller. */
export function defaultConditions(entity: MappedEntity): Condition[] {
  return entity.where.map(({ property, comparison }) =>
    'in' in comparison
      ? { property, is: 'in', values: comparison.in as readonly Value[] }
      : equal(property, [(comparison as { readonly eq: Value }).eq]),
  )
}

function translate(
  entity: MappedEntity,
  name: string,
  operator: ComparisonName,
  value: Value,
  can: DriverCapabilities,
): Condition | 'always' | 'never' | 'here' {
  if (name === 'id') return translateId(entity, operator, value)
  const constant = entity.unmapped.includes(name) ? null : entity.constants.get(name)
  if (constant !== undefined) return holds('text', constant, operator, value) ? 'always' : 'never'
  const field = entity.fields.get(name)
  if (!field) throw new Error(`The entity ${entity.name} has no field ${name} to filter by.`)
  return translateField(field, operator, value, can)
}

function translateId(entity: MappedEntity, operator: ComparisonName, value: Value): Condition | 'never' | 'here' {
  if (operator !== 'eq' && operator !== 'in') return 'here'
  const keys = [value].flat().flatMap((id) => {
    const key = typeof id === 'string' ? entity.key.parse(id) : null
    return key === null ? [] : [key]
  })
  return keys.length === 0 ? 'never' : keyCondition(entity, keys)
}

/** Holds for the records with one of these keys. */
export function keyCondition({ key }: MappedEntity, keys: readonly (readonly Value[])[]): Condition {
  const [only, ...others] = key.parts
  if (only && others.length === 0)
    return equal(
      only,
      keys.map(([value]) => value ?? null),
    )
  return { any: keys.map((values) => ({ all: key.parts.map((part, index) => equal(part, [values[index] ?? null])) })) }
}

function translateField(
  field: MappedField,
  operator: ComparisonName,
  value: Value,
  can: DriverCapabilities,
): Condition | 'never' | 'here' {
  if (operator === 'eq' || operator === 'in') {
    const natives = [value].flat().flatMap((each) => field.toNative(each as Value))
    if (natives.length === 0) return 'never'
    return field.comparisons.has(operator) && canEqual(field, natives, can) ? equal(field, natives) : 'here'
  }
  if (value === null) return 'never'
  if (!field.comparisons.has(operator) || !can.filter(field, operator)) return 'here'
  return { property: field, is: operator, value }
}

function canEqual(property: NativeProperty, natives: readonly Value[], can: DriverCapabilities): boolean {
  const wanted: Operator[] = natives.includes(null) ? ['null'] : []
  const values = natives.filter((each) => each !== null)
  if (values.length > 0) wanted.push(values.length === 1 ? 'eq' : 'in')
  return wanted.every((operator) => can.filter(property, operator)) && (wanted.length < 2 || can.any)
}

function equal(property: NativeProperty, natives: readonly Value[]): Condition {
  const values = natives.filter((each) => each !== null)
  const [first = null] = values
  const parts: Condition[] = []
  if (natives.length > values.length) parts.push({ property, is: 'null' })
  if (values.length === 1) parts.push({ property, is: 'eq', value: first })
  else if (values.length > 1) parts.push({ property, is: 'in', values })
  const [only] = parts
  return parts.length === 1 && only ? only : { any: parts }
}

/** Acts and rules give times as dates. */
function normal(value: unknown): Value {
  return value instanceof Date ? value.toISOString() : (value as Value)
}
