/**
 * What changed between two API schemas, each change with what it does to those who use the graph (graphql-inspector's judgement) and
 * with the coordinates whose users it concerns.
 */
import { CriticalityLevel, diff } from '@graphql-inspector/core'
import {
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql'
import type { Coordinate } from '../../lib/labels.ts'

export interface SchemaChange {
  /** `breaking` stops operations that were good; `dangerous` may change what they do. */
  readonly level: 'breaking' | 'dangerous' | 'safe'
  readonly message: string
  /** Where: `Account.tier`, `IncidentState.CLOSED`. */
  readonly path: string
  /** Fields of the old schema whose users it concerns; of a type or an input, those that return or take it. */
  readonly concerns: readonly Coordinate[]
}

const levels = {
  [CriticalityLevel.Breaking]: 'breaking',
  [CriticalityLevel.Dangerous]: 'dangerous',
  [CriticalityLevel.NonBreaking]: 'safe',
} as const

/** Every change, the worst first. */
export async function schemaChanges(before: GraphQLSchema, after: GraphQLSchema): Promise<readonly SchemaChange[]> {
  const found = await diff(before, after)
  const uses = usesByType(before)
  const changes = found.map(({ criticality, message, path = '' }) => ({
    level: levels[criticality.level],
    message,
    path,
    concerns: concernsOf(path, before, uses),
  }))
  const order = ['breaking', 'dangerous', 'safe']
  return changes.toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level) || (a.path < b.path ? -1 : 1))
}

function concernsOf(
  path: string,
  schema: GraphQLSchema,
  uses: ReadonlyMap<string, ReadonlySet<Coordinate>>,
): readonly Coordinate[] {
  const [typeName = '', fieldName] = path.split('.')
  const type = schema.getType(typeName)
  if ((isObjectType(type) || isInterfaceType(type)) && fieldName !== undefined) {
    return type.getFields()[fieldName] ? [`${typeName}.${fieldName}`] : []
  }
  return [...(uses.get(typeName) ?? [])]
}

/** The fields that return a type or take it, however deep inside an input. */
function usesByType(schema: GraphQLSchema): ReadonlyMap<string, ReadonlySet<Coordinate>> {
  const uses = new Map<string, Set<Coordinate>>()
  const note = (typeName: string, coordinate: Coordinate): void => {
    const known = uses.get(typeName) ?? new Set()
    uses.set(typeName, known.add(coordinate))
  }
  const noteInput = (input: GraphQLInputType, coordinate: Coordinate, seen: ReadonlySet<string>): void => {
    const type = getNamedType(input)
    if (seen.has(type.name)) return
    note(type.name, coordinate)
    if (!isInputObjectType(type)) return
    const deeper = new Set([...seen, type.name])
    for (const field of Object.values(type.getFields())) noteInput(field.type, coordinate, deeper)
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (!(isObjectType(type) || isInterfaceType(type)) || type.name.startsWith('__')) continue
    for (const field of Object.values(type.getFields())) {
      const coordinate: Coordinate = `${type.name}.${field.name}`
      const returned = getNamedType(field.type)
      note(returned.name, coordinate)
      if (isUnionType(returned)) for (const member of returned.getTypes()) note(member.name, coordinate)
      for (const argument of field.args) noteInput(argument.type, coordinate, new Set())
    }
  }
  return uses
}
