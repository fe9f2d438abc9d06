/**
 * Representations: what the gateway says of an entity when it asks for more of it. Only the declared key and what `@requires`
 * names is taken from one; a forged field never becomes a parent's value (attacks, row 21).
 */
import {
  Kind,
  parse,
  type ConstDirectiveNode,
  type DocumentNode,
  type ObjectTypeDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { refusal } from '../lib/errors.ts'

/** Names of fields that are taken, each with those taken inside it. */
interface Shape {
  readonly [field: string]: Shape
}

interface EntityShape {
  readonly keys: readonly Shape[]
  readonly accepted: Shape
}

/** A key of one field, with its value as text. */
export interface ReferenceKey {
  readonly field: string
  readonly value: string
}

/** A representation that was read: its type, and nothing but the fields that may be in it. */
interface EntityReference {
  readonly type: string
  /** The first of the declared keys that it has; null when that key has several fields. */
  readonly key: ReferenceKey | null
  readonly fields: Readonly<Record<string, unknown>>
}

export interface RepresentationReader {
  /** The types that this subgraph resolves by key. */
  readonly types: readonly string[]
  /** Reads one representation; what it is not allowed to say is dropped. @throws a refusal when its key is not there. */
  read(representation: unknown): EntityReference
}

/** Learns from a contract which entities it resolves and what their representations may say. */
export function createRepresentationReader(contract: DocumentNode): RepresentationReader {
  const shapes = new Map(
    contract.definitions
      .filter((definition) => definition.kind === Kind.OBJECT_TYPE_DEFINITION)
      .flatMap((type) => {
        const shape = entityShape(type)
        return shape ? [[type.name.value, shape] as const] : []
      }),
  )
  return {
    types: [...shapes.keys()],
    read(representation) {
      const said = isObject(representation) ? representation : {}
      const type = typeof said['__typename'] === 'string' ? said['__typename'] : ''
      const shape = shapes.get(type)
      if (!shape) throw refusal('INVALID_INPUT', `The type \`${type}\` is not an entity of this system.`)
      const found = shape.keys.find((candidate) => hasKey(candidate, said))
      if (!found) throw refusal('INVALID_INPUT', `A representation of \`${type}\` must have its key.`)
      const key = singleKey(found, said)
      const fields = take(shape.accepted, said)
      return { type, key, fields: key === null ? fields : { ...fields, [key.field]: key.value } }
    },
  }
}

function entityShape(type: ObjectTypeDefinitionNode): EntityShape | null {
  const keys = directives(type.directives, 'key')
    .filter((directive) => argument(directive, 'resolvable') !== 'false')
    .map((directive) => shapeOf(argument(directive, 'fields')))
  if (keys.length === 0) return null
  const required = (type.fields ?? []).flatMap((field) =>
    directives(field.directives, 'requires').map((directive) => shapeOf(argument(directive, 'fields'))),
  )
  return { keys, accepted: [...keys, ...required].reduce(merge, {}) }
}

function directives(nodes: readonly ConstDirectiveNode[] | undefined, name: string): readonly ConstDirectiveNode[] {
  return (nodes ?? []).filter((node) => node.name.value === name)
}

function argument(directive: ConstDirectiveNode, name: string): string {
  const value = directive.arguments?.find((node) => node.name.value === name)?.value
  return value?.kind === Kind.STRING || value?.kind === Kind.BOOLEAN ? String(value.value) : ''
}

/** `"id company { name }"` as a shape. */
function shapeOf(fieldSet: string): Shape {
  const definition = parse(`{ ${fieldSet} }`).definitions[0]
  return definition?.kind === Kind.OPERATION_DEFINITION ? shapeOfSelections(definition.selectionSet) : {}
}

function shapeOfSelections({ selections }: SelectionSetNode): Shape {
  return Object.fromEntries(
    selections.flatMap((selection) =>
      selection.kind === Kind.FIELD
        ? [[selection.name.value, selection.selectionSet ? shapeOfSelections(selection.selectionSet) : {}]]
        : [],
    ),
  )
}

function merge(left: Shape, right: Shape): Shape {
  const names = new Set([...Object.keys(left), ...Object.keys(right)])
  return Object.fromEntries([...names].map((name) => [name, merge(left[name] ?? {}, right[name] ?? {})]))
}

function hasKey(key: Shape, said: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(key).every(([name, inner]) => {
    const value = Object.hasOwn(said, name) ? said[name] : undefined
    const isLeaf = Object.keys(inner).length === 0
    return isLeaf ? isKeyValue(value) : isObject(value) && hasKey(inner, value)
  })
}

function singleKey(key: Shape, said: Readonly<Record<string, unknown>>): ReferenceKey | null {
  const [field, ...others] = Object.keys(key)
  if (field === undefined || others.length > 0 || isObject(said[field])) return null
  return { field, value: String(said[field]) }
}

function isKeyValue(value: unknown): boolean {
  return typeof value === 'string' ? value.length > 0 : Number.isSafeInteger(value)
}

function take(shape: Shape, said: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(shape)
      .filter(([name]) => Object.hasOwn(said, name))
      .map(([name, inner]) => [name, takeValue(inner, said[name])]),
  )
}

function takeValue(shape: Shape, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => takeValue(shape, item))
  // A field that is declared as a leaf stays one: an object in its place is not a value of the contract.
  if (isObject(value)) return Object.keys(shape).length > 0 ? take(shape, value) : null
  return value
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
