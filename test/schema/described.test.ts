/** Every part of every contract says what it is, in words that help an agent choose it, and how protected it is. */
import path from 'node:path'
import { Kind, parse, type ConstDirectiveNode, type DefinitionNode, type StringValueNode } from 'graphql'
import { describe, expect, test } from 'vitest'
import { readContracts } from '../../schema/contract.ts'

const contracts = readContracts(path.resolve(import.meta.dirname, '../../schema'))

interface Part {
  readonly at: string
  readonly description: string
  readonly labelled: boolean
  /** Values travel through it: a field, an argument, an input field. */
  readonly carriesValues: boolean
}

interface Described {
  readonly name: { readonly value: string }
  readonly description?: StringValueNode | undefined
  readonly directives?: readonly ConstDirectiveNode[] | undefined
}

const isLabelled = ({ directives }: Described): boolean => (directives ?? []).some(({ name }) => name.value === 'label')

function partOf(node: Described, at: string, carriesValues: boolean, inherited = false): Part {
  return {
    at,
    description: node.description?.value.trim() ?? '',
    labelled: inherited || isLabelled(node),
    carriesValues,
  }
}

/** Every type, field, argument, input field and enum value of a definition. */
function partsOf(node: DefinitionNode): readonly Part[] {
  switch (node.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION:
      return [
        partOf(node, node.name.value, false),
        ...(node.fields ?? []).flatMap((field) => {
          const at = `${node.name.value}.${field.name.value}`
          const args = (field.arguments ?? []).map((argument) => ({ argument, at: `${at}(${argument.name.value}:)` }))
          return [
            partOf(field, at, true, isLabelled(node)),
            ...args.map(({ argument, at: place }) =>
              // An input object is labelled field by field.
              partOf(argument, place, true, isInputObject(argument.type)),
            ),
          ]
        }),
      ]
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return [
        partOf(node, node.name.value, false),
        ...(node.fields ?? []).map((field) =>
          partOf(field, `${node.name.value}.${field.name.value}`, true, isLabelled(node) || isInputObject(field.type)),
        ),
      ]
    case Kind.ENUM_TYPE_DEFINITION:
      return [
        partOf(node, node.name.value, false),
        ...(node.values ?? []).map((value) => partOf(value, `${node.name.value}.${value.name.value}`, false)),
      ]
    case Kind.SCALAR_TYPE_DEFINITION:
    case Kind.UNION_TYPE_DEFINITION:
      return [partOf(node, node.name.value, false)]
    case Kind.DIRECTIVE_DEFINITION:
      return [
        partOf(node, `@${node.name.value}`, false),
        ...(node.arguments ?? []).map((argument) =>
          partOf(argument, `@${node.name.value}(${argument.name.value}:)`, false),
        ),
      ]
    default:
      return []
  }
}

/** Input objects are labelled field by field; a condition (`TextFilter`) has the label of the field that it is about. */
const inputObjects = new Set(
  contracts.flatMap(({ sdl }) =>
    parse(sdl).definitions.flatMap((node) =>
      node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION ? [node.name.value] : [],
    ),
  ),
)
const shared = new Set(
  parse(contracts[0]?.shared ?? '').definitions.flatMap((node) => ('name' in node ? [node.name.value] : [])),
)

function isInputObject(type: {
  readonly kind: Kind
  readonly type?: unknown
  readonly name?: { readonly value: string }
}): boolean {
  if (type.kind === Kind.NAMED_TYPE)
    return inputObjects.has(type.name?.value ?? '') && !shared.has(type.name?.value ?? '')
  return isInputObject(type.type as Parameters<typeof isInputObject>[0])
}

describe.each(contracts)('the contract $name', ({ sdl }) => {
  const parts = parse(sdl).definitions.flatMap(partsOf)

  test('describes every type, field, argument, input field and enum value in a sentence', () => {
    const missing = parts.filter(({ description }) => description.length < 3 || !/[.!?]$/u.test(description))
    expect(missing.map(({ at }) => at)).toEqual([])
  })

  test('labels every field and argument', () => {
    const missing = parts.filter(
      ({ carriesValues, labelled, at }) => carriesValues && !labelled && !shared.has(at.split('.')[0] ?? ''),
    )
    expect(missing.map(({ at }) => at)).toEqual([])
  })

  test('every mutation says what it can do', () => {
    const mutations = parse(sdl).definitions.flatMap((node) =>
      node.kind === Kind.OBJECT_TYPE_DEFINITION && node.name.value === 'Mutation' ? (node.fields ?? []) : [],
    )
    const silent = mutations.filter(({ directives }) => !directives?.some(({ name }) => name.value === 'effect'))
    expect(silent.map(({ name }) => name.value)).toEqual([])
  })
})
