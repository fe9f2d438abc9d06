/** What of a mapping can never be a GraphQL input, whatever its expressions come to. */
import {
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  type GraphQLInputObjectType,
} from 'graphql'
import type { DefinitionPath } from './definition-problem.ts'
import { isExpression } from './expressions.ts'
import type { Json } from '../../lib/json.ts'

export interface Misfit {
  readonly place: DefinitionPath
  /** The rest of a sentence about the value. */
  readonly problem: string
}

/** Compares a value of a mapping with an input type, which graphql-js's own guards narrow; an expression may come to anything. */
export function misfitsOf(value: Json, type: unknown, place: DefinitionPath): readonly Misfit[] {
  if (typeof value === 'string' && isExpression(value)) return []
  if (isNonNullType(type)) {
    return value === null ? [{ place, problem: 'must not be null' }] : misfitsOf(value, type.ofType, place)
  }
  if (value === null) return []
  if (isListType(type)) {
    const items: readonly Json[] = Array.isArray(value) ? (value as readonly Json[]) : [value]
    return items.flatMap((item, index) =>
      misfitsOf(item, type.ofType, Array.isArray(value) ? [...place, index] : place),
    )
  }
  if (isInputObjectType(type)) return inObject(value, type, place)
  if (!isLeafType(type)) return []
  const text = typeof value === 'string' && value.startsWith('==') ? value.slice(1) : value
  try {
    type.parseValue(text)
    return []
  } catch {
    const what = isEnumType(type)
      ? `one of ${type
          .getValues()
          .map(({ name }) => `\`${name}\``)
          .join(', ')}`
      : type.name
    return [{ place, problem: `is \`${JSON.stringify(text)}\` and must be ${what}` }]
  }
}

function inObject(value: Json, type: GraphQLInputObjectType, place: DefinitionPath): readonly Misfit[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ place, problem: `must be an object, as \`${type.name}\` is` }]
  }
  const fields = type.getFields()
  const members = Object.entries(value as Readonly<Record<string, Json>>)
  const unknown = members.filter(([name]) => !Object.hasOwn(fields, name))
  const missing = Object.values(fields).filter(
    (field) => isRequiredInputField(field) && !Object.hasOwn(value, field.name),
  )
  return [
    ...unknown.map(([name]) => ({ place: [...place, name], problem: `is no field of \`${type.name}\`` })),
    ...missing.map(({ name }) => ({ place: [...place, name], problem: 'is missing' })),
    ...members.flatMap(([name, member]) => misfitsOf(member, fields[name]?.type, [...place, name])),
  ]
}
