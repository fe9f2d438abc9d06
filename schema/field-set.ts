/** Turns a federation field set, `"tier billingAddress { city }"`, into the coordinates it reads. */
import { Kind, parse, type SelectionSetNode } from 'graphql'
import type { Coordinate } from '../lib/labels.ts'
import { ContractError } from './links.ts'

/** What a field set needs to know of a type: where each field leads. */
export type FieldTypes = (typeName: string, fieldName: string) => string | null

/** The coordinates of a field set on `typeName`; `at` names the field in messages. */
export function fieldSetCoordinates(
  fieldSet: string,
  typeName: string,
  fieldTypes: FieldTypes,
  at: string,
): readonly Coordinate[] {
  const coordinates: Coordinate[] = []
  const walk = (selections: SelectionSetNode, parent: string): void => {
    for (const selection of selections.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        throw new ContractError(`${at}: a field set has no named fragments; write the fields out.`)
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.selectionSet, selection.typeCondition?.name.value ?? parent)
        continue
      }
      const name = selection.name.value
      if (name === '__typename') continue
      const type = fieldTypes(parent, name)
      if (type === null) {
        throw new ContractError(
          `${at}: the field set names \`${parent}.${name}\`, which no contract defines; correct it.`,
        )
      }
      coordinates.push(`${parent}.${name}`)
      if (selection.selectionSet !== undefined) walk(selection.selectionSet, type)
    }
  }
  walk(parseFieldSet(fieldSet, at), typeName)
  return coordinates
}

function parseFieldSet(fieldSet: string, at: string): SelectionSetNode {
  const text = fieldSet.trim().startsWith('{') ? fieldSet : `{ ${fieldSet} }`
  try {
    const [definition] = parse(text, { noLocation: true }).definitions
    if (definition?.kind === Kind.OPERATION_DEFINITION) return definition.selectionSet
  } catch {
    // The message below says where; the parser's own counts from the start of the field set.
  }
  throw new ContractError(`${at}: \`${fieldSet}\` is not a field set; write it like "id owner { name }".`)
}
